/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Listening on a Unix socket path.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORED_UNIX_H
#define VIDEOCORED_UNIX_H

/*
 * Non-blocking listening socket on @path, for its owner only. A socket file that
 * nobody listens on any more is replaced. The descriptor or -errno: -EADDRINUSE
 * if somebody listens, -EEXIST if another kind of file is there.
 */
int vc_unix_listen(const char *path);

#endif /* VIDEOCORED_UNIX_H */
