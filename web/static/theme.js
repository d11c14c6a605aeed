// Before the first paint: the theme chosen in Settings, or what the system prefers.
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('entente-theme');
  } catch (refused) {
    // Storage is off: follow the system.
  }
  var dark = chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
