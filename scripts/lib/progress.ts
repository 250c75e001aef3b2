/** Says on stderr how far long work is: one line that rewrites itself on a terminal, else a line every tenth. */
export function createProgress(what: string, total: number): () => void {
  const started = Date.now();
  let done = 0;
  let lastTenth = 0;
  return () => {
    done += 1;
    const seconds = (Date.now() - started) / 1000;
    const left = done === 0 ? 0 : (seconds / done) * (total - done);
    const line = `${what}: ${done} of ${total}, ${(done / Math.max(seconds, 0.001)).toFixed(1)} a second, ${left.toFixed(0)} s left`;
    const tenth = Math.floor((done * 10) / total);
    if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${line}${done === total ? '\n' : ''}`);
    else if (tenth > lastTenth) process.stderr.write(`${line}\n`);
    lastTenth = tenth;
  };
}
