// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/vc-mem: a window on the VideoCore's own memory, for debuggers.
 *
 * The firmware says which part of the RAM is its own; nothing else can be
 * reached, and nothing at all if that part is not kept out of the kernel's
 * memory. Reading needs the permission of the file; writing, which can make the
 * VideoCore do anything, needs CAP_SYS_RAWIO as well. A kernel that is locked
 * down against reading memory has no such window.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/debugfs.h>
#include <linux/dma-direct.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/overflow.h>
#include <linux/platform_device.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <soc/bcm2835/raspberrypi-firmware.h>

#include <uapi/linux/vc_mem.h>
#include <videocore/property.h>

/* The two bits that choose how the VideoCore caches an access. */
#define VC_MEM_ALIAS		0xc0000000
#define VC_MEM_ALIAS_SIZE	0x40000000
/* Bytes mapped at a time while copying. */
#define VC_MEM_CHUNK		(16 * PAGE_SIZE)

static uint mem_base;
module_param(mem_base, uint, 0444);
MODULE_PARM_DESC(mem_base, "Start of the VideoCore's memory, for a firmware that does not tell");

static uint mem_size;
module_param(mem_size, uint, 0444);
MODULE_PARM_DESC(mem_size, "End of the VideoCore's memory, for a firmware that does not tell");

static uint phys_addr;
module_param(phys_addr, uint, 0444);
MODULE_PARM_DESC(phys_addr, "Physical address of VideoCore address 0, together with mem_size");

/**
 * struct vc_mem - the memory of one VideoCore
 * @ref: one of the driver, one for each open file
 * @misc: the device file
 * @phys: physical address that VideoCore address 0 stands for
 * @base: VideoCore address of the first byte
 * @end: of the first byte behind
 * @is_coherent: the memory is mapped cached
 * @debugfs: directory
 */
struct vc_mem {
	struct kref ref;
	struct miscdevice misc;
	phys_addr_t phys;
	u32 base;
	u32 end;
	bool is_coherent;
	struct dentry *debugfs;
};

static void vc_mem_release(struct kref *ref)
{
	struct vc_mem *mem = container_of(ref, struct vc_mem, ref);

	kfree(mem->misc.name);
	kfree(mem);
}

/* Are @len bytes at VideoCore address @addr, without alias, all its own? */
static bool vc_mem_contains(const struct vc_mem *mem, u64 addr, u64 len)
{
	u64 end;

	return len && !check_add_overflow(addr, len, &end) && addr >= mem->base &&
	       end <= mem->end;
}

/* -----------------------------------------------------------------------------
 * Copying
 */

/* One piece, which lies in the memory. */
static int vc_mem_copy_piece(const struct vc_mem *mem, void __user *dst, u32 src, size_t len)
{
	u32 first = round_down(src, PAGE_SIZE);
	size_t offset = src - first;
	unsigned long left;
	void *window;

	window = memremap(mem->phys + first, PAGE_ALIGN(offset + len),
			  mem->is_coherent ? MEMREMAP_WB : MEMREMAP_WC);
	if (!window)
		return -ENOMEM;

	left = copy_to_user(dst, window + offset, len);
	memunmap(window);
	return left ? -EFAULT : 0;
}

static int vc_mem_copy(const struct vc_mem *mem, void __user *dst, u32 src, u32 len)
{
	size_t piece;
	int ret;

	/* Whoever opened it before the kernel was locked down has no more than others. */
	ret = security_locked_down(LOCKDOWN_DEV_MEM);
	if (ret)
		return ret;
	src &= ~VC_MEM_ALIAS;
	if (!vc_mem_contains(mem, src, len))
		return -EINVAL;

	for (; len; len -= piece, src += piece, dst += piece) {
		if (fatal_signal_pending(current))
			return -EINTR;
		piece = min_t(size_t, len, VC_MEM_CHUNK);
		ret = vc_mem_copy_piece(mem, dst, src, piece);
		if (ret)
			return ret;
		cond_resched();
	}

	return 0;
}

static long vc_mem_ioc_copy(const struct vc_mem *mem, void __user *uarg)
{
	struct vc_mem_copy arg;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;

	return vc_mem_copy(mem, (void __user *)arg.dst, arg.src, arg.length);
}

/* -----------------------------------------------------------------------------
 * Device file
 */

static int vc_mem_open(struct inode *inode, struct file *file)
{
	struct vc_mem *mem = container_of(file->private_data, struct vc_mem, misc);
	int ret;

	ret = security_locked_down(LOCKDOWN_DEV_MEM);
	if (ret)
		return ret;
	if (file->f_mode & FMODE_WRITE && !capable(CAP_SYS_RAWIO))
		return -EPERM;

	/* The driver's own reference is there: open excludes deregistration. */
	kref_get(&mem->ref);
	file->private_data = mem;
	return 0;
}

static int vc_mem_close(struct inode *inode, struct file *file)
{
	struct vc_mem *mem = file->private_data;

	kref_put(&mem->ref, vc_mem_release);
	return 0;
}

static long vc_mem_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct vc_mem *mem = file->private_data;
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VC_MEM_IOC_PHYS_ADDR:
		return put_user((unsigned long)mem->phys, (unsigned long __user *)uarg);
	case VC_MEM_IOC_SIZE:
		return put_user(mem->end, (u32 __user *)uarg);
	case VC_MEM_IOC_BASE:
	case VC_MEM_IOC_LOAD:
		return put_user(mem->base, (u32 __user *)uarg);
	case VC_MEM_IOC_COPY:
		return vc_mem_ioc_copy(mem, uarg);
	}

	return -ENOTTY;
}

#ifdef CONFIG_COMPAT
struct vc_mem_copy32 {
	compat_uptr_t dst;
	u32 src;
	u32 length;
};

#define VC_MEM_IOC_PHYS_ADDR32	_IOR('v', 0, compat_ulong_t)
#define VC_MEM_IOC_COPY32	_IOW('z', 0x22, struct vc_mem_copy32)

static_assert(sizeof(struct vc_mem_copy32) == 12);

static long vc_mem_ioc_copy32(const struct vc_mem *mem, void __user *uarg)
{
	struct vc_mem_copy32 arg;

	if (copy_from_user(&arg, uarg, sizeof(arg)))
		return -EFAULT;

	return vc_mem_copy(mem, compat_ptr(arg.dst), arg.src, arg.length);
}

static long vc_mem_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct vc_mem *mem = file->private_data;
	void __user *uarg = compat_ptr(arg);

	switch (cmd) {
	case VC_MEM_IOC_PHYS_ADDR32:
		return put_user((compat_ulong_t)mem->phys, (compat_ulong_t __user *)uarg);
	case VC_MEM_IOC_COPY32:
		return vc_mem_ioc_copy32(mem, uarg);
	case VC_MEM_IOC_PHYS_ADDR:
	case VC_MEM_IOC_COPY:
		return -ENOTTY;
	}

	return vc_mem_ioctl(file, cmd, (unsigned long)uarg);
}
#endif /* CONFIG_COMPAT */

/*
 * A private mapping that can be written would be a copy of pages that have no
 * struct page. One that is shared can be written only if the file can.
 */
static int vc_mem_mmap(struct file *file, struct vm_area_struct *vma)
{
	const struct vc_mem *mem = file->private_data;
	u64 addr = (u64)vma->vm_pgoff << PAGE_SHIFT;
	int ret;

	ret = security_locked_down(LOCKDOWN_DEV_MEM);
	if (ret)
		return ret;
	if (vma->vm_pgoff > U32_MAX >> PAGE_SHIFT ||
	    !vc_mem_contains(mem, addr, vma->vm_end - vma->vm_start))
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED)) {
		if (vma->vm_flags & VM_WRITE)
			return -EINVAL;
		vm_flags_clear(vma, VM_MAYWRITE);
	}

	vm_flags_set(vma, VM_DONTEXPAND | VM_DONTDUMP);
	if (!mem->is_coherent)
		vma->vm_page_prot = pgprot_writecombine(vma->vm_page_prot);
	return remap_pfn_range(vma, vma->vm_start, PHYS_PFN(mem->phys + addr),
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static const struct file_operations vc_mem_fops = {
	.owner = THIS_MODULE,
	.open = vc_mem_open,
	.release = vc_mem_close,
	.unlocked_ioctl = vc_mem_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = vc_mem_compat_ioctl,
#endif
	.mmap = vc_mem_mmap,
	.llseek = noop_llseek,
};

/* -----------------------------------------------------------------------------
 * Where the memory is
 */

/* The firmware is the parent, or somewhere in the tree. */
static struct rpi_firmware *vc_mem_get_firmware(struct device *dev)
{
	struct device_node *node = of_get_parent(dev->of_node);
	struct rpi_firmware *firmware;

	if (!of_device_is_compatible(node, "raspberrypi,bcm2835-firmware")) {
		of_node_put(node);
		node = of_find_compatible_node(NULL, NULL, "raspberrypi,bcm2835-firmware");
	}
	firmware = node ? devm_rpi_firmware_get(dev, node) : NULL;
	of_node_put(node);

	return firmware;
}

static int vc_mem_ask_firmware(struct device *dev, struct vc_mem *mem)
{
	struct rpi_firmware *firmware = vc_mem_get_firmware(dev);
	__le32 range[2] = { };
	int ret;

	if (!firmware)
		return -EPROBE_DEFER;

	ret = rpi_firmware_property(firmware, VC_TAG_GET_VC_MEMORY, range, sizeof(range));
	if (ret)
		return dev_err_probe(dev, ret, "the firmware does not tell where its memory is\n");

	mem->base = le32_to_cpu(range[0]);
	if (check_add_overflow(mem->base, le32_to_cpu(range[1]), &mem->end))
		return -EINVAL;
	return 0;
}

static int vc_mem_get_range(struct device *dev, struct vc_mem *mem)
{
	if (mem_size) {
		mem->base = mem_base;
		mem->end = mem_size;
		return 0;
	}

	return vc_mem_ask_firmware(dev, mem);
}

/*
 * VideoCore addresses are those of the bus without alias. What they are for the
 * ARM is in the "dma-ranges" of the bus.
 */
static int vc_mem_get_phys(struct device *dev, struct vc_mem *mem)
{
	const struct bus_dma_region *map = dev->dma_range_map;
	phys_addr_t first;

	if (mem_size && phys_addr) {
		mem->phys = phys_addr;
		return 0;
	}
	if (!map)
		return 0;

	first = dma_to_phys(dev, (map->dma_start & VC_MEM_ALIAS) | mem->base);
	if (first == (phys_addr_t)DMA_MAPPING_ERROR || first < mem->base)
		return -EINVAL;
	mem->phys = first - mem->base;
	return 0;
}

/* Nothing of it may be memory that the kernel hands out. */
static int vc_mem_check_range(struct device *dev, const struct vc_mem *mem)
{
	if (mem->base >= mem->end || !PAGE_ALIGNED(mem->base) || !PAGE_ALIGNED(mem->end) ||
	    !PAGE_ALIGNED(mem->phys) || mem->end > VC_MEM_ALIAS_SIZE) {
		dev_err(dev, "no range of memory: %#x to %#x\n", mem->base, mem->end);
		return -EINVAL;
	}
	if (region_intersects(mem->phys + mem->base, mem->end - mem->base,
			      IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) != REGION_DISJOINT) {
		dev_err(dev, "%#x to %#x is memory of the kernel, too\n", mem->base, mem->end);
		return -EBUSY;
	}

	return 0;
}

static int vc_mem_locate(struct device *dev, struct vc_mem *mem)
{
	int ret;

	ret = vc_mem_get_range(dev, mem);
	if (ret)
		return ret;
	ret = vc_mem_get_phys(dev, mem);
	if (ret)
		return ret;

	mem->is_coherent = of_dma_is_coherent(dev->of_node);
	return vc_mem_check_range(dev, mem);
}

/* -----------------------------------------------------------------------------
 * Probe, remove
 */

static int vc_mem_phys_get(void *data, u64 *val)
{
	*val = ((const struct vc_mem *)data)->phys;
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(vc_mem_phys_fops, vc_mem_phys_get, NULL, "0x%llx\n");

static void vc_mem_debugfs_add(struct vc_mem *mem)
{
	mem->debugfs = debugfs_create_dir(mem->misc.name, NULL);
	debugfs_create_file("vc_mem_phys_addr", 0400, mem->debugfs, mem, &vc_mem_phys_fops);
	debugfs_create_x32("vc_mem_base", 0400, mem->debugfs, &mem->base);
	debugfs_create_x32("vc_mem_size", 0400, mem->debugfs, &mem->end);
}

/* The first is vc-mem, as programs know it; others have the number of their node. */
static int vc_mem_set_name(struct device *dev, struct vc_mem *mem)
{
	int id = of_alias_get_id(dev->of_node, "vc-mem");

	mem->misc.name = id > 0 ? kasprintf(GFP_KERNEL, "vc-mem%d", id) :
				  kstrdup("vc-mem", GFP_KERNEL);

	return mem->misc.name ? 0 : -ENOMEM;
}

static int vc_mem_register(struct device *dev, struct vc_mem *mem)
{
	int ret;

	ret = vc_mem_set_name(dev, mem);
	if (ret)
		return ret;

	mem->misc.minor = MISC_DYNAMIC_MINOR;
	mem->misc.fops = &vc_mem_fops;
	mem->misc.mode = 0600;
	mem->misc.parent = dev;
	return misc_register(&mem->misc);
}

static int vc_mem_probe(struct platform_device *pdev)
{
	struct vc_mem *mem = kzalloc(sizeof(*mem), GFP_KERNEL);
	int ret;

	if (!mem)
		return -ENOMEM;

	kref_init(&mem->ref);
	ret = vc_mem_locate(&pdev->dev, mem);
	if (!ret)
		ret = vc_mem_register(&pdev->dev, mem);
	if (ret) {
		kref_put(&mem->ref, vc_mem_release);
		return ret;
	}

	vc_mem_debugfs_add(mem);
	platform_set_drvdata(pdev, mem);
	return 0;
}

/* Open files and mappings stay: the memory is there with and without us. */
static void vc_mem_remove(struct platform_device *pdev)
{
	struct vc_mem *mem = platform_get_drvdata(pdev);

	debugfs_remove_recursive(mem->debugfs);
	misc_deregister(&mem->misc);
	kref_put(&mem->ref, vc_mem_release);
}

static const struct of_device_id vc_mem_of_match[] = {
	{ .compatible = "raspberrypi,vc-mem" },
	{ }
};
MODULE_DEVICE_TABLE(of, vc_mem_of_match);

static struct platform_driver vc_mem_driver = {
	.probe = vc_mem_probe,
	.remove = vc_mem_remove,
	.driver = {
		.name = "vc-mem",
		.of_match_table = vc_mem_of_match,
	},
};
module_platform_driver(vc_mem_driver);

MODULE_DESCRIPTION("VideoCore memory for debuggers");
MODULE_LICENSE("GPL");
