/* SPDX-License-Identifier: GPL-2.0 */
/* What the proven files use of the kernel's header of this name. */
#ifndef PROOF_LINUX_BITS_H
#define PROOF_LINUX_BITS_H

#define BIT_ULL(nr)		(1ULL << (nr))

#endif /* PROOF_LINUX_BITS_H */
