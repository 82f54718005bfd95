// The end of a command whose question the user has not answered.

/** The user has pressed Ctrl-C or Ctrl-D at a question: the command ends with 130. */
export class Cancelled extends Error {}
