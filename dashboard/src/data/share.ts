// The links under which others see what a reader sees. Pure.

export interface ShareLinks {
  /** Opens what is shown. */
  readonly link: string;
  /** The same without controls, for a wall. */
  readonly kiosk: string;
  /** The same within another page. */
  readonly frame: string;
}

/** `href` is the address of the page. The part behind `#` stays here: it may hold a token. */
export function shareLinks(href: string): ShareLinks {
  const link = new URL(href);
  link.hash = "";
  const kiosk = new URL(link);
  kiosk.searchParams.set("kiosk", "1");
  link.searchParams.delete("kiosk");
  return {
    link: link.href,
    kiosk: kiosk.href,
    frame: `<iframe src="${attribute(kiosk.href)}" width="100%" height="720" style="border:0" title="Streamgauge"></iframe>`,
  };
}

function attribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
