/** Some work cannot be run as a graph; the message says why. */
export class NotRecordable extends Error {}
