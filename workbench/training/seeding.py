"""What stands before a training: torch settled so that its results repeat, and loaded to the last module."""


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


def rehearse() -> None:
    """Does one training step of a network of two weights, and so imports what torch puts off until it is used.

    Its first optimiser alone imports a second's worth of modules, which would count as training, and would be missing
    if the installed package were replaced meanwhile.
    """
    import torch
    from torch.nn.functional import cross_entropy

    network = torch.nn.Linear(1, 2, bias=False)
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    loss = cross_entropy(network(torch.ones(1, 1)), torch.zeros(1, dtype=torch.int64))
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
