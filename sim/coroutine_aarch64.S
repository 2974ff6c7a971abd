/* Switching stacks under the procedure call standard for AArch64 (AAPCS64, sections 6.1.1 and 6.1.2):
 * x19 to x29, the low halves of v8 to v15 and fpcr belong to the callee; x30 is where it returns.
 * A context is the stack pointer below these, lowest first:
 *
 *     0 x19 to x28 in order   80 x29   88 x30   96 d8 to d15 in order   160 fpcr   168 unused */
#include "sim/coroutine_context.h"

#ifdef ICS_COROUTINE_AARCH64

#define BTI_C hint #34

        .text

/* void ics_coroutine_context_switch(void **left, void *to) */
        .globl  ics_coroutine_context_switch
        .hidden ics_coroutine_context_switch
        .type   ics_coroutine_context_switch, %function
        .p2align 4
ics_coroutine_context_switch:
        .cfi_startproc
        BTI_C
        sub     sp, sp, #176
        .cfi_def_cfa_offset 176
        stp     x19, x20, [sp, #0]
        .cfi_rel_offset x19, 0
        .cfi_rel_offset x20, 8
        stp     x21, x22, [sp, #16]
        .cfi_rel_offset x21, 16
        .cfi_rel_offset x22, 24
        stp     x23, x24, [sp, #32]
        .cfi_rel_offset x23, 32
        .cfi_rel_offset x24, 40
        stp     x25, x26, [sp, #48]
        .cfi_rel_offset x25, 48
        .cfi_rel_offset x26, 56
        stp     x27, x28, [sp, #64]
        .cfi_rel_offset x27, 64
        .cfi_rel_offset x28, 72
        stp     x29, x30, [sp, #80]
        .cfi_rel_offset x29, 80
        .cfi_rel_offset x30, 88
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        mrs     x9, fpcr
        str     x9, [sp, #160]

        /* Both stacks look the same here, so the unwinding rules hold across the switch. */
        mov     x10, sp
        str     x10, [x0]
        mov     sp, x1

        ldr     x10, [sp, #160]
        cmp     x10, x9
        b.eq    1f
        msr     fpcr, x10               /* slow on many cores, hence only on a difference */
1:      ldp     x19, x20, [sp, #0]
        ldp     x21, x22, [sp, #16]
        ldp     x23, x24, [sp, #32]
        ldp     x25, x26, [sp, #48]
        ldp     x27, x28, [sp, #64]
        ldp     x29, x30, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        add     sp, sp, #176
        .cfi_def_cfa_offset 0
        .cfi_restore x19
        .cfi_restore x20
        .cfi_restore x21
        .cfi_restore x22
        .cfi_restore x23
        .cfi_restore x24
        .cfi_restore x25
        .cfi_restore x26
        .cfi_restore x27
        .cfi_restore x28
        .cfi_restore x29
        .cfi_restore x30
        ret
        .cfi_endproc
        .size   ics_coroutine_context_switch, . - ics_coroutine_context_switch

/* void *ics_coroutine_context_prepare(void *bottom, void *top, void (*run)(void *), void *data) */
        .globl  ics_coroutine_context_prepare
        .hidden ics_coroutine_context_prepare
        .type   ics_coroutine_context_prepare, %function
        .p2align 4
ics_coroutine_context_prepare:
        .cfi_startproc
        BTI_C
        sub     x0, x1, #176
        stp     x2, x3, [x0, #0]
        adr     x4, .Lstart
        stp     xzr, x4, [x0, #80]
        mrs     x5, fpcr
        str     x5, [x0, #160]
        ret
        .cfi_endproc
        .size   ics_coroutine_context_prepare, . - ics_coroutine_context_prepare

/* The first function on every stack: x19 is run, x20 is data. A debugger's backtrace ends here. The
 * first switch returns behind the nop, because an unwinder looks up the byte before a return address. */
        .type   coroutine_context_start, %function
        .p2align 4
coroutine_context_start:
        .cfi_startproc
        .cfi_undefined x30
        .cfi_undefined x29
        nop
.Lstart:
        mov     x0, x20
        blr     x19
        brk     #1
        .cfi_endproc
        .size   coroutine_context_start, . - coroutine_context_start

/* Branch target identification is fine with this file; guarded control stacks are not claimed. */
        .section .note.gnu.property, "a"
        .p2align 3
        .long   4, 16, 5                /* sizes of name and contents; NT_GNU_PROPERTY_TYPE_0 */
        .asciz  "GNU"
        .long   0xc0000000, 4, 1, 0     /* GNU_PROPERTY_AARCH64_FEATURE_1_AND: BTI; padding */

#endif

        .section .note.GNU-stack, "", %progbits
