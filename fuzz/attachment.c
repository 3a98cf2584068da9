/* Documents that are attached to images: the first byte says of what kind one is. */
#include <stdint.h>
#include <stdlib.h>

#include "decide/attachment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct attachment_keys none;
    struct attachment_subject subject = {
        {STR("sha256:0000000000000000000000000000000000000000000000000000000000000000"), STR_NONE}};
    AUTO_ATTACHMENT content = {0};
    struct pl_err err;
    if (size == 0)
        return 0;
    struct attachment attachment = {
        .kind = (enum attachment_kind)(data[0] % ATTACHMENT_KIND_COUNT),
        .place = STR("fuzz"),
        .bytes = str_make((const char *)data + 1, size - 1),
        .signature = STR("AAAA"),
    };
    /* Nobody's signature is good: an image is never signed. */
    if (attachment_open(&attachment, &subject, &none, &content, &err) == 0 &&
        attachment.kind == ATTACHMENT_SIGNATURE)
        abort();
    return 0;
}
