/* SPDX-License-Identifier: GPL-2.0 */
/* What the proven files use of the kernel's header of this name. */
#ifndef PROOF_LINUX_MATH_H
#define PROOF_LINUX_MATH_H

#define DIV_ROUND_UP_ULL(n, d)	(((unsigned long long)(n) + (d) - 1) / (d))

#endif /* PROOF_LINUX_MATH_H */
