const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const patience = 1000;

/** On a terminal, shows that something goes on while `work` takes more than a second. */
export async function whileWaiting<Result>(
  stderr: NodeJS.WriteStream,
  what: string,
  work: Promise<Result>,
): Promise<Result> {
  if (!stderr.isTTY) return work;
  const began = Date.now();
  let shown = 0;
  const timer = setInterval(() => {
    if (Date.now() - began < patience) return;
    stderr.write(`\r${frames[shown % frames.length]} ${what} …`);
    shown += 1;
  }, 100);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (shown > 0) stderr.write('\r\u001b[K');
  }
}
