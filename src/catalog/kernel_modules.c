/* Reads the kernel's modules: ELF files, as they are or packed (.ko.xz, .ko.zst, .ko.gz), whose
 * section .modinfo has "name=value" texts. Source: Linux, include/linux/module.h, MODULE_INFO;
 * modules.order of depmod.
 *
 * Decisions: modules that came with the kernel ("intree=Y") are a part of it, thousands of them,
 * and are told as one package a kernel, by modules.order, which stands once in every folder of
 * modules. A module that was built elsewhere is a package of its own when it has a version. */
#include "base/i18n.h"
#include "base/limits.h"
#include "base/path.h"
#include "catalog/cataloger.h"
#include "io/decoder.h"
#include "io/elf.h"

static struct str info(struct str text, const char *name)
{
    struct str line;
    size_t len = strlen(name);
    while (str_cut(&text, '\0', &line))
        if (line.len > len && line.data[len] == '=' && memcmp(line.data, name, len) == 0)
            return str_from(line, len + 1);
    return STR_NONE;
}

/* "wireguard" of ".../wireguard.ko.xz" */
static struct str module_name(struct str path)
{
    struct str name = path_base(path);
    size_t end = str_find(name, STR(".ko"));
    return str_first(name, end);
}

static int add_module(struct catalog_sink *sink, struct str path, const struct content *content,
                      struct arena *arena, struct pl_err *err)
{
    struct elf elf;
    struct str text;
    struct pl_err ignored;
    if (elf_open(content, arena, &elf, &ignored) < 0)
        return 0;
    const struct elf_section *section = elf_section(&elf, ".modinfo");
    if (!section || section->size > LIMIT_ELF_NAMES)
        return 0;
    int r = elf_section_read(&elf, section, arena, &text, err);
    if (r < 0)
        return r;
    struct str version = info(text, "version"), license = info(text, "license");
    if (!version.len || str_is(info(text, "intree"), "Y"))
        return 0;
    struct package package = {
        .type = PACKAGE_GENERIC,
        .name = arena_printf(arena, "linux-module-%.*s", STR_ARG(module_name(path))),
        .version = version,
        .licenses = &license,
        .license_count = license.len != 0,
    };
    catalog_add_package(sink, &package);
    return 0;
}

struct packed {
    const struct content *content;
    uint64_t at;
    char buffer[64 * 1024];
};

static int next_packed(void *context, struct str *ret_bytes, struct pl_err *err)
{
    struct packed *packed = context;
    const unsigned char *bytes;
    uint64_t left = packed->content->size - packed->at;
    size_t len = left < sizeof(packed->buffer) ? (size_t)left : sizeof(packed->buffer);
    int r = content_read(packed->content, packed->at, len, packed->buffer, &bytes, err);
    *ret_bytes = str_make((const char *)bytes, len);
    packed->at += len;
    return r;
}

static int unpack(const struct content *content, enum compression compression, struct buf *ret,
                  struct pl_err *err)
{
    AUTO_FREE struct packed *packed = mem_zalloc(1, sizeof(*packed));
    struct decoder *decoder;
    packed->content = content;
    int r = decoder_new(compression, (struct decoder_input){packed, next_packed}, &decoder, err);
    while (r == 0) {
        enum { STEP = 256 * 1024 };
        size_t len = 0;
        r = decoder_read(decoder, buf_reserve(ret, STEP), STEP, &len, err);
        ret->len += len;
        if (r == 0 && ret->len > LIMIT_MODULE)
            r = err_limit(err, LIMIT_NAME(LIMIT_MODULE),
                          "the module has more bytes than LIMIT_MODULE (%llu)", LIMIT_MODULE);
        if (len < STEP)
            break;
    }
    decoder_free(decoder);
    return r;
}

/* lib/modules/RELEASE/modules.order */
static void add_release(struct catalog_sink *sink, struct str path)
{
    struct package package = {
        .type = PACKAGE_GENERIC,
        .name = STR("linux-modules"),
        .version = path_base(path_dir(path)),
    };
    if (package.version.len)
        catalog_add_package(sink, &package);
}

static int modules_read(struct catalog_sink *sink, struct input *input, struct str companion,
                        struct pl_err *err)
{
    struct arena arena = {0};
    AUTO_BUF plain = {0};
    unsigned char scratch[COMPRESSION_HEAD];
    const unsigned char *head;
    (void)companion;
    if (str_is(path_base(input->path), "modules.order")) {
        add_release(sink, input->path);
        return 0;
    }
    if (input->content->size < COMPRESSION_HEAD)
        return 0;
    int r = content_read(input->content, 0, COMPRESSION_HEAD, scratch, &head, err);
    if (r < 0)
        return r;
    enum compression compression =
        compression_detect(str_make((const char *)head, COMPRESSION_HEAD));
    struct content content = *input->content;
    if (compression != COMPRESSION_NONE) {
        r = unpack(input->content, compression, &plain, err);
        content = content_of_bytes(buf_str(&plain));
    }
    if (r == 0)
        r = add_module(sink, input->path, &content, &arena, err);
    arena_free(&arena);
    return r;
}

const struct cataloger cataloger_kernel_modules = {
    .name = "kernel-modules",
    .help = N_("the kernel's modules: one package a kernel, and those that were built elsewhere"),
    .group = "binary",
    .version = 1,
    .wants = (const char *const[]){"**/modules/*/modules.order", "**/*.ko", "**/*.ko.xz",
                                   "**/*.ko.zst", "**/*.ko.gz", NULL},
    .mode = CATALOG_RANDOM,
    .read = modules_read,
};
