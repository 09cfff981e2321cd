/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the firmware's test services. Plain C, shared by drivers/vchiq,
 * the test programs and videocored. All words are little-endian.
 * Source of echo, func and fun2: spec vchiq.md section 12. "sync" and "call" are
 * videocored's own: no other firmware has them.
 *
 * Copyright (C) 2026 vc-media project
 */
#ifndef VIDEOCORE_VCHIQ_TEST_H
#define VIDEOCORE_VCHIQ_TEST_H

#include <linux/types.h>

#include <videocore/vchiq.h>

#define VC_TEST_ECHO_FOURCC		VCHIQ_FOURCC('e', 'c', 'h', 'o')
#define VC_TEST_FUNC_FOURCC		VCHIQ_FOURCC('f', 'u', 'n', 'c')
#define VC_TEST_FUN2_FOURCC		VCHIQ_FOURCC('f', 'u', 'n', '2')
/* As "echo", over the synchronous channel. */
#define VC_TEST_SYNC_FOURCC		VCHIQ_FOURCC('s', 'y', 'n', 'c')
#define VC_TEST_VERSION			3	/* of these four, and oldest */

/**
 * enum vc_echo_cmd - first word of a message to "echo" or "sync"
 * @VC_ECHO_ERROR: no answer
 * @VC_ECHO_ONEWAY: no answer
 * @VC_ECHO_ASYNC: answered by an empty message
 * @VC_ECHO_SYNC: answered by one byte
 * @VC_ECHO_CONFIG: struct vc_echo_config; answered by one byte
 * @VC_ECHO_ECHO: the whole message comes back
 */
enum vc_echo_cmd {
	VC_ECHO_ERROR = 0,
	VC_ECHO_ONEWAY = 1,
	VC_ECHO_ASYNC = 2,
	VC_ECHO_SYNC = 3,
	VC_ECHO_CONFIG = 4,
	VC_ECHO_ECHO = 5,
};

/**
 * struct vc_echo_config - what the bulks of the coming test look like
 * @cmd: VC_ECHO_CONFIG
 * @block_size: bytes of each bulk, 0 = there are none
 * @iters: bulks to be received
 * @verify: for the client
 * @echo: send each of them back
 * @align_size: client_align and server_align are modulo this
 * @client_align: for the client
 * @server_align: offset of the firmware's buffers
 * @client_message_quota: for the client
 * @server_message_quota: of the firmware, 0 = default
 */
struct vc_echo_config {
	__le32 cmd;
	__le32 block_size;
	__le32 iters;
	__le32 verify;
	__le32 echo;
	__le32 align_size;
	__le32 client_align;
	__le32 server_align;
	__le32 client_message_quota;
	__le32 server_message_quota;
};

/** struct vc_fun2_params - the only message to "fun2" */
struct vc_fun2_params {
	__le32 len;
	__le32 server_align;
	__le32 client_align;
	__le32 iteration;
};

#define VC_TEST_CALL_FOURCC		VCHIQ_FOURCC('c', 'a', 'l', 'l')
#define VC_TEST_CALL_VERSION		1	/* and oldest */

/**
 * enum vc_call_cmd - first word of a message to "call"
 * @VC_CALL_OPEN: struct vc_call_open: open a service that the host serves. The
 *	firmware then sends back whatever the host sends on it, until CLOSE or the
 *	end of the "call" client. -ECONNREFUSED when the host refuses
 * @VC_CALL_CLOSE: close it; answered when the host has answered
 * @VC_CALL_PAUSE: struct vc_call_arg: PAUSE, and RESUME after so many
 *	milliseconds; answered after RESUME
 * @VC_CALL_USE: REMOTE_USE; answered after REMOTE_USE_ACTIVE
 * @VC_CALL_RELEASE: REMOTE_RELEASE; answered at once
 * @VC_CALL_SEND: struct vc_call_arg: send so many bytes on the opened service,
 *	byte i being vc_call_pattern(i)
 * @VC_CALL_BULK: struct vc_call_bulk: send the first bytes only of the bulk that
 *	the host has for the "call" service itself, byte i as above; answered when
 *	that is done
 *
 * Each is answered by one struct vc_call_answer; what takes longer is answered
 * when it is done. Errors are negative Linux error numbers: -EINVAL, -EBUSY,
 * -ENOTCONN (nothing opened), -EMSGSIZE, -ENOMEM, -ECONNREFUSED.
 */
enum vc_call_cmd {
	VC_CALL_OPEN = 1,
	VC_CALL_CLOSE = 2,
	VC_CALL_PAUSE = 3,
	VC_CALL_USE = 4,
	VC_CALL_RELEASE = 5,
	VC_CALL_SEND = 6,
	VC_CALL_BULK = 7,
};

/* Bytes of a bulk of VC_CALL_BULK, at most. */
#define VC_CALL_MAX_BULK		65536

/* Byte @i of what VC_CALL_SEND sends. */
static inline __u8 vc_call_pattern(__u32 i)
{
	return (__u8)(i * 7 + (i >> 8));
}

/** struct vc_call_open - VC_CALL_OPEN; @version is also the oldest accepted */
struct vc_call_open {
	__le32 cmd;
	__le32 fourcc;
	__le32 version;
};

/** struct vc_call_arg - milliseconds or bytes */
struct vc_call_arg {
	__le32 cmd;
	__le32 arg;
};

/** struct vc_call_bulk - @len bytes are asked for, @moved of them come */
struct vc_call_bulk {
	__le32 cmd;
	__le32 len;
	__le32 moved;
};

/** struct vc_call_answer - 0 or a negative error number */
struct vc_call_answer {
	__le32 cmd;
	__le32 result;
};

_Static_assert(sizeof(struct vc_echo_config) == 40, "CONFIG");
_Static_assert(sizeof(struct vc_fun2_params) == 16, "fun2");

#endif /* VIDEOCORE_VCHIQ_TEST_H */
