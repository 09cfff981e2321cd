// SPDX-License-Identifier: GPL-2.0
/*
 * vc_sm-fault-check: /dev/vc_sm with exporters and a firmware that fail, and with
 * all sorts of bad input. What fails is set up by the suites; see vc_sm_faulty.h.
 *
 * Copyright (C) 2026 vc-media project
 */
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/dma-heap.h>
#include <linux/vc_sm.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "faulty-client.h"
#include "sm-client.h"

#define PAGE		4096u
#define NR_THREADS	8
#define NR_SHARED	4

static int open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0, "open %s", path);
	return fd;
}

static int open_sm(void)
{
	return open_device("/dev/vc_sm");
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* -----------------------------------------------------------------------------
 * Exporters
 */

/**
 * struct outcome - of an import by another process
 * @error: errno, or 0
 * @handle: the firmware's
 */
struct outcome {
	int error;
	uint32_t handle;
};

/* By another process, for who waits for a lock that was left held cannot be killed. */
static struct outcome import_bounded(int sm, int fd)
{
	struct outcome *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0), outcome;
	int64_t end = now_ms() + 10000;
	pid_t pid = fork(), done;

	CHECK(shared != MAP_FAILED && pid >= 0, "another process");
	if (!pid) {
		/* Nobody is to wait for the end of this. */
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		shared->error = sm_import(sm, fd, &shared->handle) ? errno : 0;
		_exit(0);
	}
	while (!(done = waitpid(pid, NULL, WNOHANG)) && now_ms() < end)
		usleep(1000);
	CHECK(done == pid, "the import does not come back");
	outcome = *shared;
	munmap(shared, sizeof(*shared));
	return outcome;
}

/* Does the firmware have the buffer, all of it and no more? */
static void expect_size(uint32_t handle, size_t size)
{
	uint8_t byte;

	CHECK(vpu_peek(0, handle, size - 1, &byte, 1), "the firmware does not have all of it");
	CHECK(!vpu_peek(0, handle, size, &byte, 1), "the firmware has more than there is");
}

static void import_faulty(int sm, int mode, int error)
{
	int fd = faulty_create(mode);

	for (int i = 0; i < 2; i++) {
		struct outcome outcome = import_bounded(sm, fd);

		CHECK(outcome.error == error, "mode %d: error %d, not %d", mode, outcome.error,
		      error);
		if (error)
			continue;
		expect_size(outcome.handle, VC_SM_FAULTY_PAGES * PAGE);
		CHECK(!sm_free(sm, outcome.handle), "free");
	}
	close(fd);
}

/* Every step of an import fails, with its errno, and the next one works. */
static void case_exporters(int argc, char **argv)
{
	static const struct {
		int mode;
		int error;
	} modes[] = {
		{ VC_SM_FAULTY_SPLIT, 0 },
		{ VC_SM_FAULTY_BARE, 0 },
		{ VC_SM_FAULTY_ATTACH, EPERM },
		{ VC_SM_FAULTY_MAP, ENXIO },
		{ VC_SM_FAULTY_SCATTERED, EINVAL },
		{ VC_SM_FAULTY_OUTSIDE, EINVAL },
		{ VC_SM_FAULTY_SHORT, EINVAL },
		{ VC_SM_FAULTY_EMPTY, EINVAL },
	};
	int sm = open_sm();

	for (size_t i = 0; i < 2 * sizeof(modes) / sizeof(modes[0]); i++)
		import_faulty(sm, modes[i / 2].mode, modes[i / 2].error);
	import_faulty(sm, VC_SM_FAULTY_SPLIT, 0);
	faulty_expect_nothing_left();
}

/* A device that cannot have memory of the VideoCore's heap is told so, and can go. */
static void case_reach(int argc, char **argv)
{
	int sm = open_sm(), device = faulty_device();
	int fd = sm_alloc_kind(sm, PAGE, VC_SM_ALLOC_VC_HEAP, NULL);

	CHECK(fd >= 0, "ALLOC from the heap");
	CHECK_FAILS(ioctl(device, VC_SM_FAULTY_IMPORT_NONE, fd), EOPNOTSUPP);
	CHECK_FAILS(ioctl(device, VC_SM_FAULTY_IMPORT_NARROW, fd), EOPNOTSUPP);
	CHECK(!ioctl(device, VC_SM_FAULTY_IMPORT_WIDE, fd), "a device that reaches it");
	close(fd);
	fd = sm_alloc(sm, PAGE, NULL);
	CHECK(fd >= 0, "ALLOC");
	CHECK(!ioctl(device, VC_SM_FAULTY_IMPORT_WIDE, fd), "memory of the ARM");
}

/* The source is mapped until the VPU has said RELEASED, not only until FREE. */
static void case_kept(int argc, char **argv)
{
	int sm = open_sm(), fd = faulty_create(VC_SM_FAULTY_SPLIT);
	char text[FAULTY_TEXT], args[64];
	uint32_t handle;

	CHECK(!sm_import(sm, fd, &handle), "import");
	snprintf(args, sizeof(args), "smem get %#x", handle);
	CHECK(vcctl(args), "vcctl %s", args);
	CHECK(!sm_free(sm, handle), "free");
	close(fd);
	/* FREE has been seen when what comes after it is answered. */
	fd = sm_alloc(sm, PAGE, NULL);
	CHECK(fd >= 0, "alloc");
	close(fd);
	faulty_left(text);
	CHECK(!strcmp(text, "buffers 1 attachments 1 mappings 1 fences 0\n"),
	      "the VPU still uses it, but: %s", text);
	snprintf(args, sizeof(args), "smem put %#x", handle);
	CHECK(vcctl(args), "vcctl %s", args);
	faulty_expect_nothing_left();
}

/* Once it is unbound the device has nothing mapped. The device's name. */
static void case_unbind(int argc, char **argv)
{
	int sm = open_sm(), fd = faulty_create(VC_SM_FAULTY_SLOW);
	char text[FAULTY_TEXT];
	uint32_t handle;

	CHECK(argc == 1, "which device?");
	CHECK(!sm_import(sm, fd, &handle), "import");
	CHECK(sm_unbind(argv[0]), "unbind %s", argv[0]);
	faulty_left(text);
	CHECK(sm_bind(argv[0]), "bind %s", argv[0]);
	CHECK(!strcmp(text, "buffers 1 attachments 0 mappings 0 fences 0\n"),
	      "when it was unbound there was: %s", text);
}

/* One record for a buffer, however many import it at once. */
static void *import_shared(void *arg)
{
	int *fds = arg;
	uint32_t handle;

	CHECK(!sm_import(fds[0], fds[1], &handle), "import");
	return (void *)(uintptr_t)handle;
}

static void case_one_record(int argc, char **argv)
{
	int fds[2] = { open_sm(), faulty_create(VC_SM_FAULTY_SPLIT) };
	pthread_t threads[NR_THREADS];
	void *handle, *first = NULL;

	for (int i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, import_shared, fds), "pthread_create");
	for (int i = 0; i < NR_THREADS; i++) {
		pthread_join(threads[i], &handle);
		first = i ? first : handle;
		CHECK(handle == first, "handles %p and %p", handle, first);
	}
	for (int i = 0; i < NR_THREADS; i++)
		CHECK(!sm_free(fds[0], (uint32_t)(uintptr_t)first), "free %d", i);
	CHECK_FAILS(sm_free(fds[0], (uint32_t)(uintptr_t)first), ENXIO);
	close(fds[1]);
	faulty_expect_nothing_left();
}

/* -----------------------------------------------------------------------------
 * Fences
 */

static pid_t start_import(int fd)
{
	pid_t pid = fork();
	uint32_t handle;

	CHECK(pid >= 0, "fork");
	if (pid)
		return pid;
	CHECK(!sm_import(open_sm(), fd, &handle), "import");
	_exit(0);
}

static void expect_wait_then(pid_t pid, int fence)
{
	int status;

	for (int i = 0; i < 20; i++) {
		CHECK(!waitpid(pid, &status, WNOHANG), "the fence was not waited for");
		usleep(10000);
	}
	faulty_signal(fence);
	CHECK(waitpid(pid, &status, 0) == pid && !status, "import after the fence");
}

static void case_fence(int argc, char **argv)
{
	int fence = faulty_create(VC_SM_FAULTY_FENCE);

	expect_wait_then(start_import(fence), fence);
	close(fence);
	faulty_expect_nothing_left();
}

/* A fence of another device on a buffer of ours. */
static void case_fence_file(int argc, char **argv)
{
	struct dma_buf_export_sync_file out = { .flags = DMA_BUF_SYNC_RW };
	struct dma_buf_import_sync_file in = { .flags = DMA_BUF_SYNC_WRITE };
	int fence = faulty_create(VC_SM_FAULTY_FENCE), fd = sm_alloc(open_sm(), PAGE, NULL);

	CHECK(fd >= 0, "alloc");
	CHECK(!ioctl(fence, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &out), "EXPORT_SYNC_FILE");
	in.fd = out.fd;
	CHECK(!ioctl(fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, &in), "IMPORT_SYNC_FILE");
	close(out.fd);
	expect_wait_then(start_import(fd), fence);
	close(fence);
	close(fd);
	faulty_expect_nothing_left();
}

static void on_alarm(int sig)
{
}

/* SIGALRM in @ms, and again, should it come too early. */
static void alarm_in(unsigned int ms)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = {
		.it_value.tv_usec = ms * 1000,
		.it_interval.tv_usec = ms * 1000,
	};

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, ms ? &timer : &(struct itimerval){ 0 }, NULL);
}

static void case_fence_signal(int argc, char **argv)
{
	int fence = faulty_create(VC_SM_FAULTY_FENCE);
	uint32_t handle;

	alarm_in(100);
	CHECK_FAILS(sm_import(open_sm(), fence, &handle), EINTR);
	alarm_in(0);
	close(fence);
	faulty_expect_nothing_left();
}

static void case_fence_bound(int argc, char **argv)
{
	int fence = faulty_create(VC_SM_FAULTY_FENCE);
	uint32_t handle;

	CHECK_FAILS(sm_import(open_sm(), fence, &handle), EBUSY);
	close(fence);
	faulty_expect_nothing_left();
}

/* -----------------------------------------------------------------------------
 * The firmware
 */

static void case_fails(int argc, char **argv)
{
	int error = argc ? atoi(argv[0]) : EIO, sm = open_sm();
	uint32_t handle;
	int fd;

	errno = 0;
	fd = sm_alloc(sm, PAGE, NULL);
	CHECK(fd < 0 && errno == error, "ALLOC: not error %d", error);
	fd = dmabuf_page();
	CHECK(fd >= 0, "udmabuf");
	errno = 0;
	CHECK(sm_import(sm, fd, &handle) < 0 && errno == error, "IMPORT: not error %d", error);
	/* And then it works again. */
	CHECK(vcctl("smem fault off"), "vcctl smem fault off");
	CHECK(!sm_import(sm, fd, &handle), "IMPORT");
	CHECK(sm_alloc(sm, PAGE, NULL) >= 0, "ALLOC");
}

static void case_heap_fails(int argc, char **argv)
{
	int error = argc ? atoi(argv[0]) : ENOMEM, sm = open_sm(), fd;

	errno = 0;
	fd = sm_alloc_kind(sm, PAGE, VC_SM_ALLOC_VC_HEAP, NULL);
	CHECK(fd < 0 && errno == error, "ALLOC from the heap: not error %d", error);
	CHECK(vcctl("smem fault off"), "vcctl smem fault off");
	CHECK(sm_alloc_kind(sm, PAGE, VC_SM_ALLOC_VC_HEAP, NULL) >= 0, "ALLOC from the heap");
}

/* Whatever happens, calls come back, and work or say why not. */
static void case_survives(int argc, char **argv)
{
	int rounds = argc ? atoi(argv[0]) : 20, sm = open_sm();

	for (int i = 0; i < rounds; i++) {
		uint32_t handle, own;
		int fd = sm_alloc(sm, PAGE, &own), page = dmabuf_page();

		if (page >= 0 && !sm_import(sm, page, &handle))
			CHECK(!sm_free(sm, handle), "free");
		close(page);
		if (fd >= 0)
			close(fd);
	}
}

static void case_interrupted(int argc, char **argv)
{
	int sm = open_sm(), page = dmabuf_page();
	uint32_t handle;

	CHECK(page >= 0, "udmabuf");
	alarm_in(100);
	CHECK_FAILS(sm_import(sm, page, &handle), EINTR);
	CHECK_FAILS(sm_alloc(sm, PAGE, &handle), EINTR);
	CHECK_FAILS(sm_alloc_kind(sm, PAGE, VC_SM_ALLOC_VC_HEAP, &handle), EINTR);
	alarm_in(0);
}

/* -----------------------------------------------------------------------------
 * Memory of the kernel
 */

#define FAILSLAB	"/sys/kernel/debug/failslab/"
/* More than any call takes, in steps that are no larger than what is allocated. */
#define BUDGET		(16u << 10)
#define BUDGET_STEP	64u

/**
 * struct injection - how allocations of this thread are made to fail
 * @path: file that says so
 * @fd: it is open as, or -1
 * @has_failed: the last call was hit; not known of a budget
 */
static struct injection {
	const char *path;
	int fd;
	bool has_failed;
} injection;

static void inject_by(const char *path)
{
	injection.path = path;
	injection.fd = open(path, O_RDWR | O_CLOEXEC);
	CHECK(injection.fd >= 0, "open %s: this kernel lets no allocation fail", path);
}

static bool is_budget(void)
{
	return !strcmp(injection.path, FAILSLAB "space");
}

static void write_number(int fd, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	CHECK(write(fd, text, (size_t)len) == len, "write %u", n);
}

static void fail_this_thread(bool is_on)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/proc/self/make-it-fail", O_RDWR | O_CLOEXEC);
	write_number(fd, is_on);
}

/* The @n-th allocation fails; or all do when so many bytes are used up. */
static void arm(unsigned int n)
{
	if (is_budget())
		fail_this_thread(false);
	write_number(injection.fd, n);
	if (is_budget())
		fail_this_thread(true);
}

/* The call has returned. No allocation fails any more. */
static int settled(int ret)
{
	int error = errno;
	char text[16] = "";

	if (is_budget()) {
		fail_this_thread(false);
	} else {
		CHECK(pread(injection.fd, text, sizeof(text) - 1, 0) > 0, "read fail-nth");
		injection.has_failed = !atoi(text);
		arm(0);
	}
	errno = error;
	return ret;
}

static int nth_open(int sm, unsigned int n)
{
	int fd;

	arm(n);
	fd = settled(open("/dev/vc_sm", O_RDWR | O_CLOEXEC));
	if (fd >= 0)
		close(fd);
	return fd;
}

static int nth_alloc(int sm, uint32_t memory, unsigned int n)
{
	int fd;

	arm(n);
	fd = settled(sm_alloc_kind(sm, PAGE, memory, NULL));
	if (fd >= 0)
		close(fd);
	return fd;
}

static int nth_alloc_arm(int sm, unsigned int n)
{
	return nth_alloc(sm, 0, n);
}

static int nth_alloc_vc(int sm, unsigned int n)
{
	return nth_alloc(sm, VC_SM_ALLOC_VC_HEAP, n);
}

static int nth_import(int sm, unsigned int n)
{
	int fd = faulty_create(VC_SM_FAULTY_SPLIT), ret;
	uint32_t handle;

	arm(n);
	ret = settled(sm_import(sm, fd, &handle));
	if (!ret)
		CHECK(!sm_free(sm, handle), "free");
	close(fd);
	return ret;
}

/* Another device attaches to memory of ours. */
static int nth_attach(int sm, unsigned int n)
{
	int fd = sm_alloc(sm, PAGE, NULL), ret, error;

	CHECK(fd >= 0, "ALLOC");
	arm(n);
	ret = settled(ioctl(faulty_device(), VC_SM_FAULTY_IMPORT_WIDE, fd));
	error = errno;
	close(fd);
	errno = error;
	return ret;
}

/**
 * struct step - a call whose allocations fail
 * @name: of the call
 * @run: the call, with argument @n for arm(), and undone
 * @other: errno that the kernel may have for it, too, and not we
 */
static const struct step {
	const char *name;
	int (*run)(int sm, unsigned int n);
	int other;
} steps[] = {
	{ "open", nth_open, ENOMEM },
	{ "ALLOC", nth_alloc_arm, ENOMEM },
	{ "ALLOC from the heap", nth_alloc_vc, ENOMEM },
	{ "IMPORT", nth_import, ENOMEM },
	/* A device that can have no name. */
	{ "attach", nth_attach, EINVAL },
};

#define NR_STEPS	(sizeof(steps) / sizeof(steps[0]))

static bool step_works(const struct step *step, int sm, unsigned int n)
{
	int ret = step->run(sm, n);

	CHECK(ret >= 0 || errno == ENOMEM || errno == step->other, "%s with %u", step->name, n);
	return ret >= 0;
}

/* Of the kernel's allocations each fails once: ENOMEM, or it works without. */
static void case_nth(int argc, char **argv)
{
	int sm = open_sm();

	inject_by("/proc/thread-self/fail-nth");
	for (size_t i = 0; i < NR_STEPS; i++) {
		unsigned int n = 0;
		bool works;

		do {
			works = step_works(&steps[i], sm, ++n);
		} while (injection.has_failed);
		CHECK(works && n > 1, "%s: no allocation failed", steps[i].name);
		printf("%s: %u allocations\n", steps[i].name, n - 1);
	}
	faulty_expect_nothing_left();
}

/* From each on all fail: also those that are tried again. */
static void case_budget(int argc, char **argv)
{
	int sm = open_sm();

	inject_by(FAILSLAB "space");
	for (size_t i = 0; i < NR_STEPS; i++) {
		unsigned int n = 0;

		CHECK(!step_works(&steps[i], sm, n), "%s: no allocation failed", steps[i].name);
		while (n < BUDGET && !step_works(&steps[i], sm, n))
			n += BUDGET_STEP;
		CHECK(n < BUDGET, "%s: not with %u bytes", steps[i].name, BUDGET);
		printf("%s: %u bytes\n", steps[i].name, n);
	}
	faulty_expect_nothing_left();
}

/* -----------------------------------------------------------------------------
 * Programs that die, and many at once
 */

/* In these, handles are left for the end of the file to free; the firmware has room for 4096. */
#define KEPT_ROUNDS	1000u

struct storm {
	int sm;
	int shared[NR_SHARED];
	atomic_bool stop;
	atomic_ulong rounds;
	bool may_fail;
};

static void storm_round(struct storm *storm, unsigned int seed)
{
	uint32_t memory = seed % 5 == 0 ? VC_SM_ALLOC_VC_HEAP : 0, own = 0, handle = 0;
	int fd = sm_alloc_kind(storm->sm, (1 + seed % 8) * PAGE, memory, &own);
	int shared = storm->shared[seed % NR_SHARED];
	uint8_t *map;

	CHECK(fd >= 0 || storm->may_fail, "alloc");
	if (!sm_import(storm->sm, shared, &handle))
		CHECK(!sm_free(storm->sm, handle), "free of a shared buffer");
	else
		CHECK(storm->may_fail, "import of a shared buffer");
	if (fd < 0)
		return;
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(map != MAP_FAILED, "mmap");
	CHECK(!map[0], "memory of somebody else");
	map[0] = 1;
	if (!sm_import(storm->sm, fd, &handle)) {
		CHECK(handle == own, "handles %#x and %#x of one buffer", handle, own);
		if (seed % 3 || seed > KEPT_ROUNDS)
			sm_free(storm->sm, handle);
	}
	munmap(map, PAGE);
	close(fd);
}

static void *storm_run(void *arg)
{
	struct storm *storm = arg;

	while (!atomic_load(&storm->stop))
		storm_round(storm, (unsigned int)atomic_fetch_add(&storm->rounds, 1));
	return NULL;
}

/* SECONDS [may-fail]: eight threads on the same and on different buffers. */
static void case_storm(int argc, char **argv)
{
	struct storm storm = { .sm = open_sm(), .may_fail = argc > 1 };
	pthread_t threads[NR_THREADS];
	int64_t end;

	for (int i = 0; i < NR_SHARED; i++) {
		storm.shared[i] = dmabuf_page();
		CHECK(storm.shared[i] >= 0, "udmabuf");
	}
	for (int i = 0; i < NR_THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, storm_run, &storm), "pthread_create");
	end = now_ms() + 1000 * (argc ? atoi(argv[0]) : 3);
	while (now_ms() < end)
		usleep(50000);
	atomic_store(&storm.stop, true);
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%lu rounds\n", atomic_load(&storm.rounds));
}

/* COUNT: programs that are killed wherever they are. */
static void case_killed(int argc, char **argv)
{
	int count = argc ? atoi(argv[0]) : 30, status;

	for (int i = 0; i < count; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0, "fork");
		if (!pid)
			case_storm(0, NULL);
		usleep(i * 1700 % 40000);
		kill(pid, SIGKILL);
		CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status), "it ended by itself");
	}
}

/* -----------------------------------------------------------------------------
 * /dev/dma_heap
 */

static int heap_alloc(const char *path, uint64_t len)
{
	struct dma_heap_allocation_data arg = { .len = len, .fd_flags = O_RDWR | O_CLOEXEC };
	int heap = open_device(path), ret = ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &arg);
	int error = errno;

	close(heap);
	errno = error;
	return ret ? -1 : (int)arg.fd;
}

static void case_heap(int argc, char **argv)
{
	struct dma_heap_allocation_data arg = { .len = PAGE };
	uint32_t handle = 0;
	int fd, heap;
	uint8_t *map;

	CHECK(argc == 1, "which heap?");
	fd = heap_alloc(argv[0], 3 * PAGE - 1);
	CHECK(fd >= 0, "DMA_HEAP_IOCTL_ALLOC");
	CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC, "O_CLOEXEC was not heeded");
	CHECK(lseek(fd, 0, SEEK_END) == 3 * PAGE, "not whole pages");
	map = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(map != MAP_FAILED && !map[0] && !map[3 * PAGE - 1], "memory that is not zeroed");
	/* Contiguous, or else the VPU could not have it. */
	CHECK(!sm_import(open_sm(), fd, &handle) && handle, "import");
	CHECK_FAILS(heap_alloc(argv[0], 0), EINVAL);
	CHECK_FAILS(heap_alloc(argv[0], UINT64_MAX), EINVAL);
	/* More than there is. */
	CHECK_FAILS(heap_alloc(argv[0], 1u << 30), ENOMEM);
	heap = open_device(argv[0]);
	arg.fd = 1;
	CHECK_FAILS(ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &arg), EINVAL);
	arg = (struct dma_heap_allocation_data){ .len = PAGE, .fd_flags = O_NONBLOCK };
	CHECK_FAILS(ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &arg), EINVAL);
	arg = (struct dma_heap_allocation_data){ .len = PAGE, .heap_flags = 1 };
	CHECK_FAILS(ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &arg), EINVAL);
	CHECK_FAILS(ioctl(heap, DMA_HEAP_IOCTL_ALLOC, NULL), EFAULT);
	/* The latter where the heap is one of the kernel's framework. */
	CHECK(ioctl(heap, _IO('H', 0), NULL) < 0 && (errno == ENOTTY || errno == EINVAL),
	      "an unknown ioctl");
}

/* The heap stays when the device goes, without memory. */
static void case_heap_gone(int argc, char **argv)
{
	CHECK(argc == 1, "which heap?");
	CHECK_FAILS(heap_alloc(argv[0], PAGE), ENODEV);
}

static volatile sig_atomic_t is_storm_over;

static void end_storm(int sig)
{
	is_storm_over = 1;
}

/* Memory or ENODEV, nothing else, until SIGTERM; and both have been seen. */
static void case_heap_storm(int argc, char **argv)
{
	unsigned int nr_there = 0, nr_gone = 0;
	int fd;

	CHECK(argc == 1, "which heap?");
	signal(SIGTERM, end_storm);
	while (!is_storm_over) {
		fd = heap_alloc(argv[0], PAGE);
		CHECK(fd >= 0 || errno == ENODEV, "DMA_HEAP_IOCTL_ALLOC");
		if (fd < 0) {
			nr_gone++;
			continue;
		}
		nr_there++;
		close(fd);
	}
	CHECK(nr_there && nr_gone, "there %u times, gone %u times", nr_there, nr_gone);
}

static void case_heap_alloc(int argc, char **argv)
{
	CHECK(argc == 1, "which heap?");
	CHECK(heap_alloc(argv[0], PAGE) >= 0, "DMA_HEAP_IOCTL_ALLOC");
}

static void case_heap_hold(int argc, char **argv)
{
	case_heap_alloc(argc, argv);
	puts("holding");
	fflush(stdout);
	pause();
}

static void case_heap_import(int argc, char **argv)
{
	uint32_t handle = 0;
	int fd;

	CHECK(argc == 1, "which heap?");
	fd = heap_alloc(argv[0], 16 * PAGE);
	CHECK(fd >= 0, "DMA_HEAP_IOCTL_ALLOC");
	CHECK(!sm_import(open_sm(), fd, &handle) && handle, "import");
}

static const struct check_case cases[] = {
	{ "exporters", "exporters that fail at each step", case_exporters },
	{ "reach", "devices that cannot reach the memory", case_reach },
	{ "kept", "memory is kept until RELEASED", case_kept },
	{ "unbind", "nothing is mapped without the device: its name", case_unbind },
	{ "one-record", "eight threads import one buffer", case_one_record },
	{ "fence", "a fence is waited for", case_fence },
	{ "fence-file", "a fence by IMPORT_SYNC_FILE", case_fence_file },
	{ "fence-signal", "a signal ends the wait for a fence", case_fence_signal },
	{ "fence-bound", "a fence that never comes", case_fence_bound },
	{ "fails", "calls fail, and work again after: ERRNO", case_fails },
	{ "heap-fails", "as before, of the VideoCore's heap: ERRNO", case_heap_fails },
	{ "survives", "calls come back: ROUNDS", case_survives },
	{ "interrupted", "a signal while the firmware takes its time", case_interrupted },
	{ "nth", "each allocation of the kernel's fails in turn", case_nth },
	{ "budget", "all allocations fail, from each in turn on", case_budget },
	{ "storm", "everything at once: SECONDS [may-fail]", case_storm },
	{ "killed", "programs are killed: COUNT", case_killed },
	{ "heap-import", "memory of any heap: PATH", case_heap_import },
	{ "heap", "a device in /dev/dma_heap: PATH", case_heap },
	{ "heap-alloc", "a page: PATH", case_heap_alloc },
	{ "heap-hold", "a page until killed: PATH", case_heap_hold },
	{ "heap-gone", "a heap whose device is gone: PATH", case_heap_gone },
	{ "heap-storm", "its device comes and goes, until SIGTERM: PATH", case_heap_storm },
};

int main(int argc, char **argv)
{
	return check_main(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
