// SPDX-License-Identifier: GPL-2.0
/*
 * Front door of the virtual VideoCore: a PCI function whose BAR 0 is the
 * peripheral window of the chip. This driver places that window in the device
 * tree node that describes the chip, turns MSI-X vectors into its interrupt
 * lines and populates the node, so that the ordinary platform drivers bind as
 * they do on a board.
 *
 * Copyright (C) 2026 vc-media project
 */

#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include <videocore/virt.h>

/* Child address, parent address of one or two cells, size. */
#define VC_PCI_RANGES_MAX_CELLS		4

/**
 * struct vc_pci_ranges - the "ranges" property given to the node
 * @prop: the property
 * @cells: its value
 * @name: its name
 *
 * A property that was in the device tree once can never be freed: the tree
 * keeps removed ones on a list of the node. So this is allocated once for a
 * node and found on that list again by later probes.
 */
struct vc_pci_ranges {
	struct property prop;
	__be32 cells[VC_PCI_RANGES_MAX_CELLS];
	char name[sizeof("ranges")];
};

/**
 * struct vc_pci_line - one interrupt line of the chip
 * @vc: the function it belongs to
 * @hwirq: its number, which is also that of its MSI-X vector
 */
struct vc_pci_line {
	struct vc_pci *vc;
	unsigned int hwirq;
};

/**
 * struct vc_pci - one virtual VideoCore
 * @pdev: the PCI function
 * @node: device tree node of the chip; we hold a reference
 * @intc: its interrupt controller node; we hold a reference
 * @ranges: the property that places BAR 0 in @node
 * @domain: interrupt lines
 * @lines: what the handler of each vector needs
 */
struct vc_pci {
	struct pci_dev *pdev;
	struct device_node *node;
	struct device_node *intc;
	struct vc_pci_ranges *ranges;
	struct irq_domain *domain;
	struct vc_pci_line lines[VC_VIRT_IRQ_COUNT];
};

/* -----------------------------------------------------------------------------
 * Interrupt lines
 */

/*
 * The lines are level, the vectors are edges: the device sends its vector again
 * while a line stays up. Nothing has to be masked or acknowledged here.
 */
static const struct irq_chip vc_pci_irq_chip = {
	.name = "VideoCore",
	.flags = IRQCHIP_SKIP_SET_WAKE | IRQCHIP_ONESHOT_SAFE,
};

static int vc_pci_irq_map(struct irq_domain *domain, unsigned int virq,
			  irq_hw_number_t hwirq)
{
	irq_set_chip_and_handler(virq, &vc_pci_irq_chip, handle_simple_irq);
	return 0;
}

static const struct irq_domain_ops vc_pci_irq_domain_ops = {
	.map = vc_pci_irq_map,
	.xlate = irq_domain_xlate_onecell,
};

static irqreturn_t vc_pci_vector(int irq, void *data)
{
	struct vc_pci_line *line = data;

	if (generic_handle_domain_irq(line->vc->domain, line->hwirq))
		return IRQ_NONE;

	return IRQ_HANDLED;
}

static void vc_pci_free_vectors(struct vc_pci *vc, unsigned int count)
{
	while (count--)
		free_irq(pci_irq_vector(vc->pdev, count), &vc->lines[count]);
}

static int vc_pci_request_vectors(struct vc_pci *vc)
{
	unsigned int i;
	int ret;

	for (i = 0; i < VC_VIRT_IRQ_COUNT; i++) {
		vc->lines[i].vc = vc;
		vc->lines[i].hwirq = i;
		/* The handlers behind it expect hard interrupt context. */
		ret = request_irq(pci_irq_vector(vc->pdev, i), vc_pci_vector,
				  IRQF_NO_THREAD, KBUILD_MODNAME, &vc->lines[i]);
		if (ret)
			goto err_free_vectors;
	}

	return 0;

err_free_vectors:
	vc_pci_free_vectors(vc, i);
	return ret;
}

static int vc_pci_irq_init(struct vc_pci *vc)
{
	struct pci_dev *pdev = vc->pdev;
	int ret;

	ret = pci_alloc_irq_vectors(pdev, VC_VIRT_IRQ_COUNT, VC_VIRT_IRQ_COUNT,
				    PCI_IRQ_MSIX);
	if (ret < 0)
		return dev_err_probe(&pdev->dev, ret, "cannot get %u MSI-X vectors\n",
				     VC_VIRT_IRQ_COUNT);

	vc->domain = irq_domain_create_linear(of_fwnode_handle(vc->intc),
					      VC_VIRT_IRQ_COUNT,
					      &vc_pci_irq_domain_ops, vc);
	if (!vc->domain) {
		ret = -ENOMEM;
		goto err_free_irq_vectors;
	}

	ret = vc_pci_request_vectors(vc);
	if (ret) {
		dev_err_probe(&pdev->dev, ret, "cannot request the vectors\n");
		goto err_remove_domain;
	}

	return 0;

err_remove_domain:
	irq_domain_remove(vc->domain);
err_free_irq_vectors:
	pci_free_irq_vectors(pdev);
	return ret;
}

static void vc_pci_irq_fini(struct vc_pci *vc)
{
	unsigned int i;

	vc_pci_free_vectors(vc, VC_VIRT_IRQ_COUNT);
	for (i = 0; i < VC_VIRT_IRQ_COUNT; i++)
		irq_dispose_mapping(irq_find_mapping(vc->domain, i));
	irq_domain_remove(vc->domain);
	pci_free_irq_vectors(vc->pdev);
}

/* -----------------------------------------------------------------------------
 * Device tree node
 */

static struct device_node *vc_pci_find_node(u32 instance)
{
	struct device_node *node;
	u32 value;

	for_each_compatible_node(node, NULL, "vc-media,virtual-videocore") {
		value = 0;
		of_property_read_u32(node, "vc-media,instance", &value);
		if (value == instance && of_device_is_available(node))
			return node;
	}

	return NULL;
}

static int vc_pci_get_nodes(struct vc_pci *vc)
{
	struct device *dev = &vc->pdev->dev;
	u32 instance = vc->pdev->subsystem_device;

	vc->node = vc_pci_find_node(instance);
	if (!vc->node)
		return dev_err_probe(dev, -ENODEV,
				     "no \"vc-media,virtual-videocore\" node for instance %u in the device tree; is the overlay applied?\n",
				     instance);

	vc->intc = of_get_compatible_child(vc->node, "vc-media,intc");
	if (!vc->intc) {
		dev_err(dev, "%pOF: no \"vc-media,intc\" child\n", vc->node);
		of_node_put(vc->node);
		return -ENODEV;
	}

	return 0;
}

static void vc_pci_put_nodes(struct vc_pci *vc)
{
	of_node_put(vc->intc);
	of_node_put(vc->node);
}

/*
 * The property that an earlier probe made and removed. Properties of the
 * flattened tree and those of others are told apart by where the value lies.
 */
static struct vc_pci_ranges *vc_pci_old_ranges(struct device_node *node)
{
	struct vc_pci_ranges *ranges;
	struct property *prop;

	for (prop = node->deadprops; prop; prop = prop->next) {
		ranges = container_of(prop, struct vc_pci_ranges, prop);
		if (prop->value == ranges->cells && prop->name == ranges->name)
			return ranges;
	}

	return NULL;
}

static struct vc_pci_ranges *vc_pci_new_ranges(void)
{
	struct vc_pci_ranges *ranges = kzalloc(sizeof(*ranges), GFP_KERNEL);

	if (!ranges)
		return NULL;

	strscpy(ranges->name, "ranges");
	ranges->prop.name = ranges->name;
	ranges->prop.value = ranges->cells;

	return ranges;
}

static int vc_pci_add_ranges(struct vc_pci *vc)
{
	u64 base = pci_resource_start(vc->pdev, VC_VIRT_BAR_PERIPH);
	struct vc_pci_ranges *ranges = vc_pci_old_ranges(vc->node);
	bool is_new = !ranges;
	unsigned int n = 0;
	int ret;

	if (is_new)
		ranges = vc_pci_new_ranges();
	if (!ranges)
		return -ENOMEM;

	ranges->cells[n++] = cpu_to_be32(VC_VIRT_PERIPH_BUS);
	if (of_n_addr_cells(vc->node) > 1)
		ranges->cells[n++] = cpu_to_be32(upper_32_bits(base));
	ranges->cells[n++] = cpu_to_be32(lower_32_bits(base));
	ranges->cells[n++] = cpu_to_be32(VC_VIRT_PERIPH_SIZE);
	ranges->prop.length = n * sizeof(ranges->cells[0]);

	ret = of_add_property(vc->node, &ranges->prop);
	if (ret) {
		if (is_new)
			kfree(ranges);
		return dev_err_probe(&vc->pdev->dev, ret, "%pOF: cannot add \"ranges\"\n",
				     vc->node);
	}

	vc->ranges = ranges;
	return 0;
}

static void vc_pci_remove_ranges(struct vc_pci *vc)
{
	of_remove_property(vc->node, &vc->ranges->prop);
}

/**
 * enum vc_pci_phase - when a device is made, and in reverse, when it goes
 * @VC_PCI_MAILBOX: what the firmware is spoken to with
 * @VC_PCI_FIRMWARE: the property channel. Drivers below it use the mailbox
 *	without the driver core knowing, so it must not go first
 * @VC_PCI_DEVICES: most
 * @VC_PCI_AGGREGATES: drivers that look for their parts among the devices there
 *	are, and do not expect to find none
 * @VC_PCI_NR_PHASES: how many
 *
 * The order of the nodes says nothing: merging overlays turns it round.
 */
enum vc_pci_phase {
	VC_PCI_MAILBOX,
	VC_PCI_FIRMWARE,
	VC_PCI_DEVICES,
	VC_PCI_AGGREGATES,
	VC_PCI_NR_PHASES,
};

static const struct of_device_id vc_pci_phases[] __maybe_unused = {
	{ .compatible = "brcm,bcm2835-mbox", .data = (void *)VC_PCI_MAILBOX },
	{ .compatible = "raspberrypi,bcm2835-firmware", .data = (void *)VC_PCI_FIRMWARE },
	{ .compatible = "brcm,bcm2835-vc4", .data = (void *)VC_PCI_AGGREGATES },
	{ }
};

static unsigned long vc_pci_phase(struct device_node *node)
{
	const struct of_device_id *match = of_match_node(vc_pci_phases, node);

	return match ? (unsigned long)match->data : VC_PCI_DEVICES;
}

/* Hold back the nodes of later phases: what counts as populated is passed over. */
static void vc_pci_hold_back(struct vc_pci *vc, unsigned long phase, bool hold)
{
	struct device_node *child;

	for_each_child_of_node(vc->node, child) {
		if (child == vc->intc || vc_pci_phase(child) <= phase)
			continue;
		if (hold)
			of_node_set_flag(child, OF_POPULATED);
		else
			of_node_clear_flag(child, OF_POPULATED);
	}
}

static int vc_pci_destroy_one(struct device *dev, void *data)
{
	unsigned long *phase = data;

	if (dev->of_node && vc_pci_phase(dev->of_node) == *phase)
		return of_platform_device_destroy(dev, NULL);

	return 0;
}

/*
 * of_platform_depopulate() knows no order, and looks for the populated node in
 * its argument, which here is a PCI function with no node of its own.
 */
static void vc_pci_depopulate(struct vc_pci *vc)
{
	unsigned long phase = VC_PCI_NR_PHASES;

	while (phase--)
		device_for_each_child_reverse(&vc->pdev->dev, &phase, vc_pci_destroy_one);
	of_node_clear_flag(vc->node, OF_POPULATED_BUS);
	of_node_clear_flag(vc->intc, OF_POPULATED);
}

static int vc_pci_populate(struct vc_pci *vc)
{
	unsigned long phase;
	int ret = 0;

	/* An interrupt controller is not a device on its bus. */
	of_node_set_flag(vc->intc, OF_POPULATED);
	for (phase = 0; !ret && phase < VC_PCI_NR_PHASES; phase++) {
		vc_pci_hold_back(vc, phase, true);
		ret = of_platform_default_populate(vc->node, NULL, &vc->pdev->dev);
		vc_pci_hold_back(vc, phase, false);
	}
	if (ret)
		vc_pci_depopulate(vc);

	return ret;
}

/* -----------------------------------------------------------------------------
 * Probe and remove
 */

/*
 * BAR 0 is not requested: the platform drivers request their pieces of it, and
 * a busy region around them would refuse that.
 */
static int vc_pci_enable(struct pci_dev *pdev)
{
	int ret;

	ret = pci_enable_device(pdev);
	if (ret)
		return dev_err_probe(&pdev->dev, ret, "cannot enable the function\n");

	if (!(pci_resource_flags(pdev, VC_VIRT_BAR_PERIPH) & IORESOURCE_MEM) ||
	    pci_resource_len(pdev, VC_VIRT_BAR_PERIPH) != VC_VIRT_PERIPH_SIZE) {
		pci_disable_device(pdev);
		return dev_err_probe(&pdev->dev, -ENODEV,
				     "BAR %u is not the peripheral window\n",
				     VC_VIRT_BAR_PERIPH);
	}

	pci_set_master(pdev);
	return 0;
}

/* Without bus mastering the VideoCore cannot reach memory any more. */
static void vc_pci_disable(struct pci_dev *pdev)
{
	pci_clear_master(pdev);
	pci_disable_device(pdev);
}

static int vc_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct vc_pci *vc;
	int ret;

	vc = devm_kzalloc(&pdev->dev, sizeof(*vc), GFP_KERNEL);
	if (!vc)
		return -ENOMEM;

	vc->pdev = pdev;
	pci_set_drvdata(pdev, vc);

	ret = vc_pci_get_nodes(vc);
	if (ret)
		return ret;

	ret = vc_pci_enable(pdev);
	if (ret)
		goto err_put_nodes;

	ret = vc_pci_irq_init(vc);
	if (ret)
		goto err_disable;

	ret = vc_pci_add_ranges(vc);
	if (ret)
		goto err_irq_fini;

	ret = vc_pci_populate(vc);
	if (ret)
		goto err_remove_ranges;

	return 0;

err_remove_ranges:
	vc_pci_remove_ranges(vc);
err_irq_fini:
	vc_pci_irq_fini(vc);
err_disable:
	vc_pci_disable(pdev);
err_put_nodes:
	vc_pci_put_nodes(vc);
	return ret;
}

static void vc_pci_remove(struct pci_dev *pdev)
{
	struct vc_pci *vc = pci_get_drvdata(pdev);

	vc_pci_depopulate(vc);
	vc_pci_remove_ranges(vc);
	vc_pci_irq_fini(vc);
	vc_pci_disable(pdev);
	vc_pci_put_nodes(vc);
}

static const struct pci_device_id vc_pci_ids[] = {
	{ PCI_DEVICE_SUB(VC_VIRT_PCI_VENDOR, VC_VIRT_PCI_DEVICE,
			 VC_VIRT_PCI_SUBVENDOR, PCI_ANY_ID) },
	{ }
};
MODULE_DEVICE_TABLE(pci, vc_pci_ids);

static struct pci_driver vc_pci_driver = {
	.name = KBUILD_MODNAME,
	.id_table = vc_pci_ids,
	.probe = vc_pci_probe,
	.remove = vc_pci_remove,
};
module_pci_driver(vc_pci_driver);

MODULE_DESCRIPTION("Front door of the virtual VideoCore");
MODULE_LICENSE("GPL");
