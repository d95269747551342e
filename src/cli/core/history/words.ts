/** The name of a field as a sentence has it: `amountToBePaid` → `amount to be paid`. */
export const inWords = (key: string) => key.replace(/[A-Z]/g, ' $&').toLowerCase();
