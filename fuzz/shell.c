/* Shell scripts: what stands in a command stands in the script, and wrappers come before what they
 * run. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "check/shell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct shell_script *script = shell_parse(str_make((const char *)data, size), &arena);
    if (script->commands.count > LIMIT_SHELL_COMMANDS)
        abort();
    for (size_t i = 0; i < script->commands.count; i++) {
        const struct shell_command *command = &script->commands.items[i];
        if (command->offset > size ||
            (command->wrapper != SHELL_NO_COMMAND && command->wrapper >= i))
            abort();
        for (size_t k = 0; k < command->word_count; k++)
            if (command->words[k].offset > size)
                abort();
        for (size_t k = 0; k < command->redirect_count; k++)
            if (command->redirects[k].form.len == 0)
                abort();
        if (shell_operand(command, 1) >= (command->word_count ? command->word_count : 1))
            abort();
        shell_has_option(command, "-y");
    }
    shell_free(script);
    arena_free(&arena);
    return 0;
}
