// Light or dark as chosen on any page of this host; nothing chosen is as the system does.
(function () {
  var chosen = /(?:^|; )scheme=(light|dark)(?:;|$)/.exec(document.cookie);
  if (chosen) document.documentElement.dataset.theme = chosen[1];
})();
