// Sizes, speeds and times for people.
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function size(bytes) {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}

export const speed = (bytesPerSecond) => `${size(bytesPerSecond)}/s`;

export function duration(seconds) {
  if (!Number.isFinite(seconds)) return 'unknown';
  if (seconds < 1) return 'under a second';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const minute = new Intl.DateTimeFormat(undefined, { timeStyle: 'short', hour12: false });
const second = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hour12: false });

/** The day, or for today the time. */
export function when(date) {
  return day.format(date) === day.format() ? minute.format(date) : day.format(date);
}

export const timeOfDay = (date) => second.format(date);
