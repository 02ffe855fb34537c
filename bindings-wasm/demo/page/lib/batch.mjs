// Calls that are made at about the same time travel in one request. Each gets its own answer, or its own error.
const MOMENT_MS = 4;

export class Batch {
  #send;
  #most;
  #waiting = [];

  /** `send(items)` resolves to one function for each item, which returns its answer or throws; `most` go at once. */
  constructor(send, most) {
    this.#send = send;
    this.#most = most;
  }

  /** The answer to `item`. */
  call(item) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#waiting.length === 1) setTimeout(() => this.#flush(), MOMENT_MS);
      if (this.#waiting.length === this.#most) this.#flush();
    });
  }

  async #flush() {
    const calls = this.#waiting;
    this.#waiting = [];
    if (calls.length === 0) return; // They went out already: there were enough of them.
    try {
      const answers = await this.#send(calls.map(({ item }) => item));
      calls.forEach(({ resolve, reject }, index) => settle(answers[index], resolve, reject));
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
  }
}

function settle(answer, resolve, reject) {
  try {
    resolve(answer());
  } catch (error) {
    reject(error);
  }
}
