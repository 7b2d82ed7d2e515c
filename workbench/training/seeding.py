"""What makes a training repeat itself: seeds, thread count, and algorithms that give the same result each time."""


def settle_torch(seed: int, threads: int) -> None:
    """Seeds torch's generators and fixes what else its results depend on.

    The same seed on the same machine with the same ``threads`` gives the same weights bit by bit on the CPU. On CUDA
    cuDNN is held to deterministic algorithms; other kernels may still add up in another order.
    """
    import torch  # heavy: only a trainer calls this

    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
