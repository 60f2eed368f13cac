import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from nuner.trainers.few_shot.linear_heads import fit_linear_heads


def _sets(lengths, dim=12, classes=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    centers = torch.randn(classes, dim, generator=generator)
    labels = [torch.randint(classes, (n,), generator=generator) for n in lengths]
    noise = [torch.randn(n, dim, generator=generator) for n in lengths]
    # features far from zero mean and unit scale, as those of real encoders are
    return [3.0 * (centers[y] + e) + 5.0 for y, e in zip(labels, noise, strict=True)], labels


@pytest.mark.parametrize("l2", [0.001, 0.02, 0.3])
def test_heads_equal_the_solution_of_scikit_learn(l2):
    features, labels = _sets([7, 150, 40, 41, 9])
    heads = fit_linear_heads(features, labels, 4, l2=l2, tolerance=1e-5)
    probe = torch.randn(50, 12, generator=torch.Generator().manual_seed(9)) * 3 + 5
    for head, (x, y) in enumerate(zip(features, labels, strict=True)):
        x = x.double().numpy()
        mean, scale = x.mean(0), np.sqrt(((x - x.mean(0)) ** 2).mean())

        def scaled(rows, mean=mean, scale=scale):
            return np.hstack([(rows - mean) / scale, np.ones((len(rows), 1))])

        # C multiplies the *sum* of the losses, and their penalty is halved
        reference = LogisticRegression(C=1 / (2 * l2 * len(y)), fit_intercept=False, tol=1e-10, max_iter=5000)
        reference.fit(scaled(x), y.numpy())
        logits = (probe @ heads.weight[head] + heads.bias[head])[:, reference.classes_]
        expected = reference.predict_proba(scaled(probe.double().numpy()))
        if len(reference.classes_) == 4:
            np.testing.assert_allclose(logits.softmax(-1), expected, atol=2e-3)
        assert (heads.predict(probe)[head].numpy() == reference.predict(scaled(probe.numpy()))).mean() > 0.95


def test_a_head_does_not_depend_on_those_fitted_beside_it():
    features, labels = _sets([30, 31, 200, 5])
    together = fit_linear_heads(features, labels, 4, tolerance=1e-5)
    for head in range(4):
        alone = fit_linear_heads(features[head : head + 1], labels[head : head + 1], 4, tolerance=1e-5)
        torch.testing.assert_close(together.weight[head], alone.weight[0], atol=1e-4, rtol=1e-3)
        torch.testing.assert_close(together.bias[head], alone.bias[0], atol=1e-3, rtol=1e-3)


def test_the_gradient_of_the_objective_vanishes():
    features, labels = _sets([60])
    heads = fit_linear_heads(features, labels, 4, l2=0.05)
    x, scale = features[0] - features[0].mean(0), (features[0] - features[0].mean(0)).square().mean().sqrt()
    w = (heads.weight[0] * scale).requires_grad_()
    b = (heads.bias[0] + features[0].mean(0) @ heads.weight[0]).detach().requires_grad_()
    loss = torch.nn.functional.cross_entropy(x / scale @ w + b, labels[0])
    loss = loss + 0.05 * (w.square().sum() + b.square().sum())
    loss.backward()
    assert w.grad is not None and b.grad is not None
    assert max(w.grad.abs().max(), b.grad.abs().max()) < 2e-4
    assert heads.gradient[0] <= 1e-4


def test_scale_and_offset_of_the_features_change_nothing():
    features, labels = _sets([80])
    plain = fit_linear_heads(features, labels, 4, tolerance=1e-5)
    moved = fit_linear_heads([features[0] * 7 - 2], labels, 4, tolerance=1e-5)
    torch.testing.assert_close(
        features[0] @ plain.weight[0] + plain.bias[0],
        (features[0] * 7 - 2) @ moved.weight[0] + moved.bias[0],
        atol=1e-3,
        rtol=1e-3,
    )


def test_heads_are_drawn_to_the_origin():
    features, labels = _sets([60, 9])
    origin = torch.nn.Linear(12, 4)
    far = fit_linear_heads(features, labels, 4, l2=1e4, origins=[origin] * len(features))
    for head in range(2):  # the more a difference costs, the less there is
        torch.testing.assert_close(far.weight[head], origin.weight.detach().T, atol=1e-3, rtol=1e-3)
        torch.testing.assert_close(far.bias[head], origin.bias.detach(), atol=1e-3, rtol=1e-3)
    heads = fit_linear_heads(features, labels, 4, l2=0.05, origins=[origin] * len(features))
    x = features[1]
    centered = x - x.mean(0)
    scale = centered.square().mean().sqrt()
    added = ((heads.weight[1] - origin.weight.detach().T) * scale).requires_grad_()
    bias = heads.bias[1] - origin.bias.detach() + x.mean(0) @ (heads.weight[1] - origin.weight.detach().T)
    bias = bias.requires_grad_()
    loss = torch.nn.functional.cross_entropy(origin(x).detach() + centered / scale @ added + bias, labels[1])
    (loss + 0.05 * (added.square().sum() + bias.square().sum())).backward()
    assert added.grad is not None and bias.grad is not None
    assert max(added.grad.abs().max(), bias.grad.abs().max()) < 2e-4


def test_separable_and_degenerate_sets_stay_finite():
    one_word = fit_linear_heads([torch.ones(1, 3)], [torch.tensor([1])], 2)
    assert one_word.predict(torch.ones(1, 3)).item() == 1
    assert torch.isfinite(one_word.weight).all() and torch.isfinite(one_word.bias).all()


def test_what_has_no_solution_is_refused(caplog):
    with pytest.raises(ValueError, match="at least one word"):
        fit_linear_heads([torch.zeros(0, 3)], [torch.zeros(0, dtype=torch.long)], 2)
    with pytest.raises(ValueError, match="l2 must be above 0, not 0"):
        fit_linear_heads([torch.ones(1, 3)], [torch.tensor([1])], 2, l2=0)
    features, labels = _sets([80])
    fit_linear_heads(features, labels, 4, max_iterations=1)
    assert "1 of 1 heads did not converge" in caplog.text
