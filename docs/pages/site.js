// Tables that are wider than the page scroll. The theme wraps them when it starts; this lets the keyboard
// reach them.
const reachable = () => {
  for (const wrap of document.querySelectorAll('.md-typeset__scrollwrap')) {
    wrap.tabIndex = wrap.scrollWidth > wrap.clientWidth ? 0 : -1;
  }
};
new MutationObserver(reachable).observe(document.body, { childList: true, subtree: true });
addEventListener('resize', reachable);
addEventListener('load', reachable);
