/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all proofs use. A variable that is not set has any value.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef PROOF_H
#define PROOF_H

#define assume(condition)		__CPROVER_assume(condition)
#define prove(condition)		__CPROVER_assert(condition, #condition)

#endif /* PROOF_H */
