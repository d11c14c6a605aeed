// What the tests know about the chart: its canvas carries the chart and the renderer as properties.
export const ready = (page) =>
  page.waitForFunction(() => {
    const stage = document.querySelector('.stage');
    const busy = document.body.innerText.includes('Asking the node');
    const running = [...document.querySelectorAll('.bar button')].some((button) => button.innerText.trim() === 'Stop');
    return stage?.renderer && stage.chart.graph.order > 1 && !busy && !running && !stage.renderer.sigma.getCamera().isAnimated();
  });

/** Shown things, without the glyphs. */
export const shown = (page) =>
  page.evaluate(() => {
    const { graph } = document.querySelector('.stage').chart;
    return graph.filterNodes((_, vertex) => vertex.mask === 0 && vertex.moreOf === null).length;
  });

export const select = (page, labels) =>
  page.evaluate((wanted) => {
    const { chart } = document.querySelector('.stage');
    const ids = wanted.map((label) => chart.graph.findNode((_, vertex) => vertex.summary.label === label));
    chart.select(ids.filter(Boolean));
    return ids.filter(Boolean).length;
  }, labels);

/** Where a vertex is on the screen. */
export const spot = (page, label) =>
  page.evaluate((wanted) => {
    const stage = document.querySelector('.stage');
    const { chart, renderer } = stage;
    const id = chart.graph.findNode((_, vertex) => vertex.summary.label === wanted);
    const { x, y } = renderer.sigma.graphToViewport(chart.graph.getNodeAttributes(id));
    const box = stage.getBoundingClientRect();
    return { x: box.left + x, y: box.top + y };
  }, label);

export const labels = (page, type) =>
  page.evaluate((wanted) => {
    const { graph } = document.querySelector('.stage').chart;
    return graph.filterNodes((_, v) => v.mask === 0 && v.moreOf === null && (!wanted || v.summary.type === wanted)).map((id) => graph.getNodeAttribute(id, 'summary').label);
  }, type);
