#include "permission/capability.h"

/* By their numbers. */
static const struct {
    const char *name;
    bool escapes;
} capabilities[] = {
    {"chown", true},
    {"dac_override", true},
    {"dac_read_search", true},
    {"fowner", true},
    {"fsetid", false},
    {"kill", false},
    {"setgid", true},
    {"setuid", true},
    {"setpcap", true},
    {"linux_immutable", false},
    {"net_bind_service", false},
    {"net_broadcast", false},
    {"net_admin", false},
    {"net_raw", false},
    {"ipc_lock", false},
    {"ipc_owner", false},
    {"sys_module", true},
    {"sys_rawio", true},
    {"sys_chroot", false},
    {"sys_ptrace", true},
    {"sys_pacct", false},
    {"sys_admin", true},
    {"sys_boot", false},
    {"sys_nice", false},
    {"sys_resource", false},
    {"sys_time", false},
    {"sys_tty_config", false},
    {"mknod", true},
    {"lease", false},
    {"audit_write", false},
    {"audit_control", false},
    {"setfcap", true},
    {"mac_override", true},
    {"mac_admin", true},
    {"syslog", false},
    {"wake_alarm", false},
    {"block_suspend", false},
    {"audit_read", false},
    {"perfmon", false},
    {"bpf", true},
    {"checkpoint_restore", true},
};

static uint32_t word_at(struct str bytes, size_t index)
{
    const unsigned char *at = (const unsigned char *)bytes.data + 4 * index;
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool file_capability_parse(struct str bytes, struct file_capability *ret)
{
    /* Bytes of version 1, 2 and 3, the last with the user that is root in its namespace. */
    static const size_t sizes[] = {0, 12, 20, 24};
    enum { FLAG_EFFECTIVE = 1 };
    if (bytes.len < 4)
        return false;
    uint32_t magic = word_at(bytes, 0), version = magic >> 24;
    if (version < 1 || version > 3 || bytes.len != sizes[version])
        return false;
    *ret = (struct file_capability){word_at(bytes, 1), word_at(bytes, 2), magic & FLAG_EFFECTIVE};
    if (version > 1) {
        ret->permitted |= (uint64_t)word_at(bytes, 3) << 32;
        ret->inheritable |= (uint64_t)word_at(bytes, 4) << 32;
    }
    return true;
}

static uint64_t all_of(const struct file_capability *capability)
{
    return capability->permitted | capability->inheritable;
}

void file_capability_text(const struct file_capability *capability, struct buf *ret_text)
{
    const char *between = "";
    for (unsigned bit = 0; bit < 64; bit++) {
        if (!(all_of(capability) >> bit & 1))
            continue;
        if (bit < ARRAY_LEN(capabilities))
            buf_printf(ret_text, "%scap_%s", between, capabilities[bit].name);
        else
            buf_printf(ret_text, "%s%u", between, bit);
        between = ",";
    }
    buf_printf(ret_text, "=%s%s%s", capability->effective ? "e" : "",
               capability->permitted ? "p" : "", capability->inheritable ? "i" : "");
}

/* Inheritable ones come to nothing unless the user has them already. */
bool file_capability_escapes(const struct file_capability *capability)
{
    for (unsigned bit = 0; bit < ARRAY_LEN(capabilities); bit++)
        if (capabilities[bit].escapes && (capability->permitted >> bit & 1))
            return true;
    return false;
}

static uint64_t bit_of(struct str name)
{
    for (unsigned bit = 0; bit < ARRAY_LEN(capabilities); bit++)
        if (str_starts(name, STR("cap_")) && str_is(str_from(name, 4), capabilities[bit].name))
            return 1ULL << bit;
    return 0;
}

uint64_t file_capability_beyond(const struct file_capability *capability, struct str list)
{
    uint64_t left = all_of(capability);
    struct str name;
    while (str_cut(&list, ',', &name))
        left &= ~bit_of(str_trim(name));
    return left;
}
