/** What went wrong, as one clear sentence with the remedy; the command ends with exit code 1. */
export class Failure extends Error {}
