/** VRRP-MIB (RFC 2787). Index: ifIndex, virtual router id. */
export const vrrpOperVirtualMacAddr = '1.3.6.1.2.1.68.1.3.1.2';
