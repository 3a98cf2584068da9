#include "match/suppress.h"

#include "base/i18n.h"

/* Names of binary packages that are built from a kernel's source and hold nothing that runs as the
 * kernel. Prefixes; Debian's and Ubuntu's, then those of the rpm families, then Alpine's. */
static bool is_kernel_text(const struct package *package)
{
    static const char *const deb[] = {"linux-libc-dev", "linux-headers-", "linux-doc",
                                      "linux-source",   "linux-kbuild-",  "linux-support-",
                                      "linux-config-",  "linux-compiler-"};
    static const char *const rpm[] = {
        "kernel-headers", "kernel-devel",      "kernel-doc",           "kernel-source",
        "kernel-macros",  "kernel-rpm-macros", "kernel-cross-headers", "kernel-default-devel",
        "kernel-syms",    "kernel-srpm-macros"};
    static const char *const apk[] = {"linux-headers", "linux-lts-dev", "linux-lts-doc",
                                      "linux-virt-dev"};
    const char *const *names = package->type == PACKAGE_DEB   ? deb
                               : package->type == PACKAGE_RPM ? rpm
                               : package->type == PACKAGE_APK ? apk
                                                              : NULL;
    size_t count = package->type == PACKAGE_DEB   ? ARRAY_LEN(deb)
                   : package->type == PACKAGE_RPM ? ARRAY_LEN(rpm)
                                                  : ARRAY_LEN(apk);
    for (size_t i = 0; names && i < count; i++)
        if (str_starts(package->name, str_of(names[i])))
            return true;
    return false;
}

static void mark(struct report *report, struct finding *finding, const struct pl_err *why)
{
    finding->suppressed_by = "ownership";
    finding->suppressed_why = arena_str(&report->arena, str_of(why->message));
    finding->suppressed_local = arena_str(&report->arena, str_of(why->local));
}

void suppress(struct report *report, const struct package *package, bool system_known,
              struct finding *finding)
{
    struct pl_err why;
    if (package->owner != OWNER_NONE && system_known) {
        const struct package *owner = &report->packages.items[package->owner];
        err_set(&why, PL_OK,
                "its files belong to the distribution's package %.*s %.*s, whose own advisories "
                "count",
                STR_ARG(str_first(owner->name, 200)), STR_ARG(str_first(owner->version, 200)));
        mark(report, finding, &why);
    } else if (is_kernel_text(package)) {
        err_set(&why, PL_OK,
                "%.*s holds the kernel's headers, documentation or source, not the kernel",
                STR_ARG(str_first(package->name, 200)));
        mark(report, finding, &why);
    }
}
