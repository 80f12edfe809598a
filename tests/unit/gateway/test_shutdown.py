from gateway.shutdown import ShutdownReason, ShutdownRequest


async def test_the_first_reason_stays() -> None:
    request = ShutdownRequest()
    request.tell(ShutdownReason.REPLACED)
    request.tell(ShutdownReason.DRAINED)
    assert request.reason is ShutdownReason.REPLACED
    assert request.told.is_set()
    assert not request.hurry.is_set()


async def test_being_told_to_end_hurries_what_is_being_finished() -> None:
    request = ShutdownRequest()
    request.tell(ShutdownReason.DRAINED)
    request.tell(ShutdownReason.AT_ONCE)
    assert request.reason is ShutdownReason.DRAINED
    assert request.hurry.is_set()
