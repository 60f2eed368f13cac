"""What is known of a fine-tuning beforehand, for the recognizer's card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nuner.data_builders.labelled.support_tickets import SUPPORT_TICKETS

if TYPE_CHECKING:
    from datasets import DatasetDict

    from nuner.hub_cards.cards.model_card_callback import ModelCardCallback

_TICKET_EXAMPLES = [
    "My PixelPad 7 keeps rebooting since update 12.4.",
    "Please refund $49.99 for order 88213; the charger never arrived.",
]


def finetuning_account(
    encoder: str,
    data: Sequence[str],
    splits: DatasetDict,
    license: str | None,
    languages: Sequence[str],
    examples: Sequence[str],
) -> ModelCardCallback:
    """Begin the account of a fine-tuning.

    Sentences of the user's data never go on the card; examples are those that the user gives.

    Args:
        encoder: Folder or Hub id of the encoder.
        data: Labelled data, as the user named them.
        splits: What was loaded from them.
        license: License of the recognizer.
        languages: Codes of the text's languages.
        examples: Texts to try it with.

    Returns:
        The callback that goes on with it.
    """
    from nuner.data_builders.labelled.load import entity_types
    from nuner.hub_cards.cards.model_card_callback import ModelCardCallback
    from nuner.hub_cards.facts.training_facts import Source, TrainingData, TrainingFacts

    carried = list(data) == [SUPPORT_TICKETS]
    sources = [Source("NuNER support tickets") if each == SUPPORT_TICKETS else Source.of(each) for each in data]
    source = sources[0] if len(sources) == 1 else Source(" + ".join(each.name for each in sources))
    types = entity_types(next(iter(splits.values())))
    return ModelCardCallback(
        TrainingFacts(
            text_encoder=Source.of(encoder),
            data=TrainingData(source, statistics={"entity_types": len(types)}),
            license=license,
            languages=list(languages) or (["en"] if carried else []),
            scored_on="test",
            examples=list(examples) or (_TICKET_EXAMPLES if carried else []),
        )
    )
