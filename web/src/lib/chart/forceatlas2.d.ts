declare module 'graphology-layout-forceatlas2/iterate.js' {
  /** One round over the flat arrays of vertices (10 numbers each) and edges (3 each), in place. */
  export default function iterate(settings: Record<string, number | boolean>, nodes: Float32Array, edges: Float32Array): void;
}
