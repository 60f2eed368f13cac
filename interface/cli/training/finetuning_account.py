"""What is known of a fine-tuning beforehand, for the recognizer's card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datasets import Dataset

    from nuner.hub_cards.cards.model_card_callback import ModelCardCallback

_TICKETS = "support-tickets"
_TICKET_EXAMPLES = [
    "My PixelPad 7 keeps rebooting since update 12.4.",
    "Please refund $49.99 for order 88213; the charger never arrived.",
]


def finetuning_account(
    encoder: str,
    data: str,
    train: Dataset,
    test: Dataset,
    *,
    sample: str | None = None,
    license: str | None = None,
    languages: Sequence[str] = (),
    examples: Sequence[str] = (),
) -> ModelCardCallback:
    """Begin the account of a fine-tuning.

    Sentences of the user's data never go on the card; examples are those that the user gives.

    Args:
        encoder: Folder or Hub id of the encoder.
        data: Labelled data, as the user named it.
        train: What is learnt from.
        test: What is measured on.
        sample: How the training sentences were chosen.
        license: License of the recognizer.
        languages: Codes of the text's languages.
        examples: Texts to try it with.

    Returns:
        The callback that goes on with it.
    """
    from nuner.data_builders.labelled.load import entity_types
    from nuner.hub_cards.cards.model_card_callback import ModelCardCallback
    from nuner.hub_cards.facts.training_facts import Source, TrainingData, TrainingFacts

    carried = data == _TICKETS
    source = Source("NuNER support tickets") if carried else Source.of(data)
    return ModelCardCallback(
        TrainingFacts(
            text_encoder=Source.of(encoder),
            data=TrainingData(
                source,
                {"train": len(train), "test": len(test)},
                sample=sample,
                statistics={"entity_types": len(entity_types(train))},
            ),
            license=license,
            languages=list(languages) or (["en"] if carried else []),
            scored_on="test",
            examples=list(examples) or (_TICKET_EXAMPLES if carried else []),
        )
    )
