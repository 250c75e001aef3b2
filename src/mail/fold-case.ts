/** Lower case for comparison, with Turkish capitals and typographic apostrophes made plain: "YANIT" and "yanıt" are one. */
export function foldCase(text: string): string {
  return text.replace(/[İIı]/g, 'i').toLowerCase().replace(/[’`´]/g, "'");
}
