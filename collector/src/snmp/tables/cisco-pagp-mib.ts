/** CISCO-PAGP-MIB. Index: member ifIndex; value: its Port-channel's ifIndex, or itself when in no group. */
export const pagpGroupIfIndex = '1.3.6.1.4.1.9.9.98.1.1.1.1.8';
