/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A process that outlives a videocored that is killed. QEMU 11.1 aborts when a
 * write that it has queued meets a closed socket, and takes the guest with it. So
 * the keeper has the client's socket open, too, and takes leave of the client in
 * place of a videocored that could not. It never reads while that lives.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_KEEPER_H
#define VIDEOCORED_KEEPER_H

/*
 * Before there are threads: go on in a child, in which it returns 0 with *@link
 * set. The keeper itself never returns: it exits as the child does, and hands on
 * SIGTERM and SIGINT. Without a keeper (-errno) all is well but for the above.
 */
int vc_keeper_start(int *link);
/* The client's socket, or -1: there is none any more. @link -1 is fine. */
void vc_keeper_hold(int link, int fd);

/* End the stream, and read what the client still writes until it is silent. */
void vc_take_leave(int fd);

#endif /* VIDEOCORED_KEEPER_H */
