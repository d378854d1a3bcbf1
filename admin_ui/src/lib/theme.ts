/** The host's tokens, linked in index.html: read anew after the look was changed. */
export function renewTheme(): void {
  const link = document.querySelector<HTMLLinkElement>('link[href^="/theme/"]');
  if (link) link.href = `/theme/console.css?${Date.now()}`;
}
