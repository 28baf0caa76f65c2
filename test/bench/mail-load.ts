/** Mails that are sent, and connections that they share. */
export const [readers, connections] = [5000, 10]
