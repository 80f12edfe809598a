"""How a model looks at the data: before it answers, and once more where its statement has found nothing."""
