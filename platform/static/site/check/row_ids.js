// The ids of the test set, which come as runs: the gap to the run before and the length, over and over.
const LARGEST_TABLE = 1 << 25;

export class RowIds {
  constructor(runs) {
    const count = runs.length / 2;
    this.firsts = new Float64Array(count);
    this.offsets = new Float64Array(count + 1);
    let next = 0;
    for (let run = 0; run < count; run += 1) {
      this.firsts[run] = next + runs[2 * run];
      this.offsets[run + 1] = this.offsets[run] + runs[2 * run + 1];
      next = this.firsts[run] + runs[2 * run + 1];
    }
    this.size = this.offsets[count];
    this.table = this.tableOfPlaces(next);
  }

  // Places by the distance from the first id, where scattered ids lie close enough together; else null.
  tableOfPlaces(end) {
    const count = this.firsts.length;
    if (count < 2 || end - this.firsts[0] > LARGEST_TABLE) return null;
    const table = new Int32Array(end - this.firsts[0]).fill(-1);
    for (let run = 0; run < count; run += 1) {
      const at = this.firsts[run] - this.firsts[0];
      const length = this.offsets[run + 1] - this.offsets[run];
      for (let nth = 0; nth < length; nth += 1) table[at + nth] = this.offsets[run] + nth;
    }
    return table;
  }

  // The place of an id among all in ascending order; -1: it is not one of them.
  placeOf(id) {
    if (this.table) return this.table[id - this.firsts[0]] ?? -1;
    let [low, high] = [0, this.firsts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.firsts[middle] <= id) low = middle;
      else high = middle - 1;
    }
    const place = this.offsets[low] + id - this.firsts[low];
    return id >= this.firsts[low] && place < this.offsets[low + 1] ? place : -1;
  }

  // The id in that place.
  at(place) {
    let run = 0;
    while (this.offsets[run + 1] <= place) run += 1;
    return this.firsts[run] + place - this.offsets[run];
  }
}
