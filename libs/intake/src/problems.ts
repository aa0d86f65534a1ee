/** Why a file cannot be read any further. The message is for the person who sent it. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The sender went away before the end of the file. */
export class SenderGoneError extends Error {
  override readonly name = 'SenderGoneError';

  constructor() {
    super('The connection ended before the file did.');
  }
}

/** An upload is destroyed with this error when the system stops while it reads it. */
export class ImportStoppedError extends Error {
  override readonly name = 'ImportStoppedError';

  constructor() {
    super('The system was stopped while it read the file.');
  }
}
