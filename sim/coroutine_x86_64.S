/* Switching stacks under the System V ABI for x86-64 (section 3.2.1): rbx, rbp, r12 to r15, the control
 * bits of mxcsr and the x87 control word belong to the callee, everything else is the caller's to save.
 * A context is the stack pointer below these, lowest first:
 *
 *     0 mxcsr   4 x87 control word   8 r15   16 r14   24 r13   32 r12   40 rbx   48 rbp   56 rip
 *
 * It ends in `ret` on purpose. A jump would spare one mispredicted return, but leaves the
 * processor's stack of return addresses unbalanced (docs/adr/0002-coroutines.md has the numbers). */
#include "sim/coroutine_context.h"

#ifdef ICS_COROUTINE_X86_64

        .text

/* void ics_coroutine_context_switch(void **left, void *to) */
        .globl  ics_coroutine_context_switch
        .hidden ics_coroutine_context_switch
        .type   ics_coroutine_context_switch, @function
        .p2align 4
ics_coroutine_context_switch:
        .cfi_startproc
        endbr64
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbp, 0
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset rbx, 0
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r12, 0
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r13, 0
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r14, 0
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        .cfi_rel_offset r15, 0
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        stmxcsr (%rsp)
        fnstcw  4(%rsp)

        /* Both stacks look the same here, so the unwinding rules hold across the switch. */
        movq    %rsp, (%rdi)
        movl    (%rsp), %eax
        movzwl  4(%rsp), %ecx
        movq    %rsi, %rsp

        /* Loading the control words costs more than all the rest; they are hardly ever different. */
        xorl    (%rsp), %eax
        xorw    4(%rsp), %cx
        andl    $0xffc0, %eax
        orl     %ecx, %eax
        jz      1f
        ldmxcsr (%rsp)
        fldcw   4(%rsp)
1:      addq    $8, %rsp
        .cfi_adjust_cfa_offset -8
        popq    %r15
        .cfi_adjust_cfa_offset -8
        .cfi_restore r15
        popq    %r14
        .cfi_adjust_cfa_offset -8
        .cfi_restore r14
        popq    %r13
        .cfi_adjust_cfa_offset -8
        .cfi_restore r13
        popq    %r12
        .cfi_adjust_cfa_offset -8
        .cfi_restore r12
        popq    %rbx
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbx
        popq    %rbp
        .cfi_adjust_cfa_offset -8
        .cfi_restore rbp
        ret
        .cfi_endproc
        .size   ics_coroutine_context_switch, . - ics_coroutine_context_switch

/* void *ics_coroutine_context_prepare(void *bottom, void *top, void (*run)(void *), void *data)
 * 16 bytes stay free at the top, so that the stack is aligned where coroutine_context_start calls. */
        .globl  ics_coroutine_context_prepare
        .hidden ics_coroutine_context_prepare
        .type   ics_coroutine_context_prepare, @function
        .p2align 4
ics_coroutine_context_prepare:
        .cfi_startproc
        endbr64
        leaq    -80(%rsi), %rax
        stmxcsr (%rax)
        fnstcw  4(%rax)
        movq    %rcx, 32(%rax)
        movq    %rdx, 40(%rax)
        movq    $0, 48(%rax)
        leaq    .Lstart(%rip), %rcx
        movq    %rcx, 56(%rax)
        ret
        .cfi_endproc
        .size   ics_coroutine_context_prepare, . - ics_coroutine_context_prepare

/* The first function on every stack: rbx is run, r12 is data. A debugger's backtrace ends here. The
 * first switch returns behind the nop, because an unwinder looks up the byte before a return address. */
        .type   coroutine_context_start, @function
        .p2align 4
coroutine_context_start:
        .cfi_startproc
        .cfi_undefined rip
        .cfi_undefined rbp
        nop
.Lstart:
        movq    %r12, %rdi
        callq   *%rbx
        ud2
        .cfi_endproc
        .size   coroutine_context_start, . - coroutine_context_start

/* Indirect branch tracking is fine with this file. Shadow stacks are not: they would have to be
 * switched too. Not claiming them here makes the linker drop them for the whole program. */
        .section .note.gnu.property, "a"
        .p2align 3
        .long   4, 16, 5                /* sizes of name and contents; NT_GNU_PROPERTY_TYPE_0 */
        .asciz  "GNU"
        .long   0xc0000002, 4, 1, 0     /* GNU_PROPERTY_X86_FEATURE_1_AND: IBT; padding */

#endif

        .section .note.GNU-stack, "", %progbits
