// Labels, in the colours of the theme. Sigma's own hover label is always white.
import type { Settings } from 'sigma/settings';
import type { NodeDisplayData, PartialButFor } from 'sigma/types';
import type { Link, Vertex } from './graph';

export interface Palette {
  canvas: string;
  raised: string;
  text: string;
  muted: string;
  edge: string;
  accent: string;
  line: string;
  touched: string;
}

export function palette(element: HTMLElement): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    canvas: colour('canvas'), raised: colour('raised'), text: colour('text'), muted: colour('muted'), edge: colour('edge'),
    accent: colour('accent'), line: colour('line'), touched: colour('line-strong'),
  };
}

type Labelled = PartialButFor<NodeDisplayData, 'x' | 'y' | 'size' | 'label' | 'color'>;

export function labelDrawer(colours: () => Palette) {
  return (context: CanvasRenderingContext2D, data: Labelled, settings: Settings<Vertex, Link>) => {
    if (!data.label) return;
    const { canvas, text } = colours();
    context.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
    const [x, y] = [data.x + data.size + 4, data.y + settings.labelSize / 3];
    // A halo keeps text readable over lines.
    context.lineWidth = 3;
    context.lineJoin = 'round';
    context.strokeStyle = canvas;
    context.strokeText(data.label, x, y);
    context.fillStyle = text;
    context.fillText(data.label, x, y);
  };
}

export function hoverDrawer(colours: () => Palette) {
  return (context: CanvasRenderingContext2D, data: Labelled, settings: Settings<Vertex, Link>) => {
    const { raised, text, line, accent } = colours();
    context.beginPath();
    context.arc(data.x, data.y, data.size + 3, 0, Math.PI * 2);
    context.strokeStyle = accent;
    context.lineWidth = 2;
    context.stroke();
    if (!data.label) return;
    context.font = `${settings.labelWeight} ${settings.labelSize}px ${settings.labelFont}`;
    const width = context.measureText(data.label).width + 12;
    const [x, y, height] = [data.x + data.size + 6, data.y - settings.labelSize * 0.85, settings.labelSize * 1.7];
    context.beginPath();
    context.roundRect(x, y, width, height, 4);
    context.fillStyle = raised;
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = line;
    context.stroke();
    context.fillStyle = text;
    context.fillText(data.label, x + 6, data.y + settings.labelSize / 3);
  };
}
