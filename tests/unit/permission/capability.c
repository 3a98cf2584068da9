#include "permission/capability.h"

#include "test.h"

static void versions(void)
{
    static const struct {
        struct str bytes;
        const char *text; /* NULL: none of the versions */
    } cases[] = {
        {{"\0\0\0\1\0\x20\0\0\0\0\0\0", 12}, "cap_net_raw=p"},
        {{"\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20}, "cap_net_raw=ep"},
        {{"\1\0\0\3\x80\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0\1\0\0\0", 24}, "cap_setuid,cap_bpf=ep"},
        {{"\0\0\0\2\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0", 20}, "cap_chown=i"},
        {{"\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\x80\0\0\0\0", 20}, "63=p"},
        {{"\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0", 19}, NULL},
        {{"\1\0\0\4\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20}, NULL},
        {{"\1\0", 2}, NULL},
        {{NULL, 0}, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct file_capability capability;
        AUTO_BUF text = {0};
        bool known = file_capability_parse(cases[i].bytes, &capability);
        CHECK(known == (cases[i].text != NULL));
        if (!known || !cases[i].text)
            continue;
        file_capability_text(&capability, &text);
        CHECK_STR(buf_str(&text), cases[i].text);
    }
}

static void beyond(void)
{
    struct file_capability raw = {.permitted = 1ULL << 13};
    struct file_capability inherited = {.inheritable = 1ULL << 21};
    CHECK_INT(file_capability_beyond(&raw, STR("cap_setuid, cap_net_raw")), 0);
    CHECK_INT(file_capability_beyond(&raw, STR("cap_setuid")), 1 << 13);
    CHECK_INT(file_capability_beyond(&raw, STR("net_raw")), 1 << 13);
    CHECK(!file_capability_escapes(&raw) && !file_capability_escapes(&inherited));
}

int main(void)
{
    RUN(versions);
    RUN(beyond);
    return test_end();
}
