// Batches calls: those made while others are in flight travel together in the next request. Each
// gets its own answer or error. A single call waits for nobody; the more calls there are, the fewer
// requests each costs.
const MOST_ON_THEIR_WAY = 2;

export class Batch {
  #send;
  #most;
  #waiting = [];
  #onTheirWay = 0;

  /**
   * `send(items)` resolves to one function for each item, which returns its answer or throws;
   * `most` go at once.
   */
  constructor(send, most) {
    this.#send = send;
    this.#most = most;
  }

  /** The answer to `item`. */
  call(item) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      // Not at once: what else is called in this moment goes along.
      if (this.#waiting.length === 1) setTimeout(() => this.#next());
    });
  }

  async #next() {
    if (this.#onTheirWay === MOST_ON_THEIR_WAY || this.#waiting.length === 0) return;
    const calls = this.#waiting.splice(0, this.#most);
    this.#onTheirWay += 1;
    try {
      const answers = await this.#send(calls.map(({ item }) => item));
      calls.forEach(({ resolve, reject }, index) => settle(answers[index], resolve, reject));
    } catch (error) {
      for (const { reject } of calls) reject(error);
    }
    this.#onTheirWay -= 1;
    this.#next();
  }
}

function settle(answer, resolve, reject) {
  try {
    resolve(answer());
  } catch (error) {
    reject(error);
  }
}
