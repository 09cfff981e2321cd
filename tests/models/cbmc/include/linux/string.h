/* SPDX-License-Identifier: GPL-2.0 */
/* What the proven files use of the kernel's header of this name. */
#ifndef PROOF_LINUX_STRING_H
#define PROOF_LINUX_STRING_H

#include <string.h>

#endif /* PROOF_LINUX_STRING_H */
