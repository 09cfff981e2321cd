/* SPDX-License-Identifier: GPL-2.0 */
/* What the proven files use of the kernel's header of this name. */
#ifndef PROOF_ASM_BYTEORDER_H
#define PROOF_ASM_BYTEORDER_H

#define le32_to_cpu(x)		(x)
#define cpu_to_le32(x)		(x)

#endif /* PROOF_ASM_BYTEORDER_H */
