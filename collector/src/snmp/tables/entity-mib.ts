/** ENTITY-MIB (RFC 6933). Index: entPhysicalIndex. */
/** 3 chassis, 9 module, 10 port, 11 stack. */
export const entPhysicalClass = '1.3.6.1.2.1.47.1.1.1.1.5';
export const entPhysicalSerialNum = '1.3.6.1.2.1.47.1.1.1.1.11';
export const entPhysicalModelName = '1.3.6.1.2.1.47.1.1.1.1.13';
