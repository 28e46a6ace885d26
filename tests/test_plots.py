"""The pictures: what is drawn, where, and that it can be read without color."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.contour import ContourSet

from init_utils import CLASSES, load_dataset, plot_costs, plot_decision_boundary, predict_dec
from initialization import model


def points_of(ax):
    """Return the points drawn on an axes, by legend name."""
    return {
        collection.get_label(): np.asarray(collection.get_offsets())
        for collection in ax.collections
        if not collection.get_label().startswith("_")
    }


def assert_points_drawn(ax, X, y):
    drawn = points_of(ax)
    assert set(drawn) == {"0 (red)", "1 (blue)"}
    for label, name in enumerate(["0 (red)", "1 (blue)"]):
        np.testing.assert_array_equal(drawn[name], X[:, np.ravel(y) == label].T)
    red, blue = (c for c in ax.collections if c.get_label() in drawn)
    for collection, channel in ((red, 0), (blue, 2)):
        (color,) = np.unique(collection.get_facecolors(), axis=0)
        assert np.argmax(color[:3]) == channel, "red is red and blue is blue"
    (red_marker,), (blue_marker,) = red.get_paths(), blue.get_paths()
    assert len(red_marker.vertices) != len(blue_marker.vertices)
    assert ax.get_legend().get_title().get_text() == "label"
    assert ax.get_aspect() == 1
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x1", "x2")


def test_load_dataset_draws_the_training_set(shown):
    train_X, train_Y, _, _ = load_dataset()
    assert_points_drawn(plt.gca(), train_X, train_Y)
    assert len(shown) == 1


def test_load_dataset_and_model_draw_on_the_current_axes(circles):
    _, (left, right) = plt.subplots(1, 2)
    plt.sca(left)
    train_X, train_Y, _, _ = load_dataset()
    assert_points_drawn(left, train_X, train_Y)
    plt.sca(right)
    model(train_X, train_Y, num_iterations=1, print_cost=False)
    assert right.get_lines()
    assert not left.get_lines()
    assert len(plt.get_fignums()) == 1


def test_load_dataset_draws_nothing_when_told_so(shown):
    load_dataset(plot=False)
    assert not plt.get_fignums()
    assert not shown


@pytest.mark.parametrize("shape", [(1, -1), (-1,)])
def test_boundary_takes_labels_as_a_row_or_flat(circles, runs, shape, shown):
    y = circles.train_Y.reshape(shape)
    plot_decision_boundary(lambda x: predict_dec(runs["he"].parameters, x.T), circles.train_X, y)
    assert_points_drawn(plt.gca(), circles.train_X, y)
    assert len(shown) == 1


def lines_at_boundaries(ax):
    """Return the lines that are drawn between the regions."""
    contours = [c for c in ax.collections if isinstance(c, ContourSet) and not c.filled]
    return [path for contour in contours for path in contour.get_paths() if len(path.vertices)]


def test_boundary_draws_a_line_between_the_labels(circles):
    plot_decision_boundary(
        lambda points: [point > 0 for point in points[:, 0]], circles.train_X, circles.train_Y
    )
    (line,) = lines_at_boundaries(plt.gca())
    np.testing.assert_allclose(line.vertices[:, 0], 0, atol=0.01)
    shades = [sum(color_at(plt.gca(), x1, 1.4)) for x1 in np.linspace(-0.05, 0.05, 21)]
    assert min(shades) < 0.6 * max(shades)


@pytest.mark.parametrize("shape", [(1, -1), (-1, 1), (-1,)])
def test_boundary_takes_a_model_whose_labels_have_any_shape(circles, shape):
    seen = []

    def right_half(points):
        seen.append(points)
        return (points[:, 0] > 0).reshape(shape)

    _, ax = plt.subplots()
    plot_decision_boundary(right_half, circles.train_X, circles.train_Y, ax=ax)

    (points,) = seen
    assert points.shape[1] == 2
    low, high = circles.train_X.min(axis=1), circles.train_X.max(axis=1)
    np.testing.assert_allclose(points.min(axis=0), low - 1)
    assert (points.max(axis=0) > high + 0.98).all()
    assert (points.max(axis=0) <= high + 1).all()
    assert np.diff(np.unique(points[:, 0])).min() == pytest.approx(0.01)
    ax.set(xlim=(-1, 1), ylim=(-1, 1))
    assert color_at(ax, -0.9, 0.95) == pytest.approx(to_rgb(CLASSES[0]["region"]), abs=0.01)
    assert color_at(ax, 0.9, -0.95) == pytest.approx(to_rgb(CLASSES[1]["region"]), abs=0.01)


def color_at(ax, x1, x2):
    """Return the color that the drawn figure has at a point of the axes."""
    canvas = ax.figure.canvas
    canvas.draw()
    column, row = ax.transData.transform((x1, x2))
    pixels = np.asarray(canvas.buffer_rgba())
    return tuple(pixels[pixels.shape[0] - 1 - round(row), round(column), :3] / 255)


def test_boundary_on_a_given_axes_is_not_shown(circles, shown):
    _, (left, right) = plt.subplots(1, 2)
    plot_decision_boundary(lambda x: x[:, 0] > 0, circles.train_X, circles.train_Y, ax=left)
    assert_points_drawn(left, circles.train_X, circles.train_Y)
    assert not right.collections
    assert not shown


def test_boundary_keeps_the_title_and_limits_set_before(circles):
    plt.title("Model with He initialization")
    plt.gca().set_xlim([-1.5, 1.5])
    plt.gca().set_ylim([-1.5, 1.5])
    plot_decision_boundary(lambda x: x[:, 0] > 0, circles.train_X, circles.train_Y)
    assert plt.gca().get_title() == "Model with He initialization"
    assert plt.gca().get_xlim() == plt.gca().get_ylim() == (-1.5, 1.5)


def test_boundary_of_a_model_that_knows_one_label_draws_no_line(circles, runs):
    parameters = runs["zeros"].parameters
    plot_decision_boundary(lambda x: predict_dec(parameters, x.T), circles.train_X, circles.train_Y)
    assert color_at(plt.gca(), -1.9, -1.9) == pytest.approx(to_rgb(CLASSES[0]["region"]), abs=0.01)
    assert not lines_at_boundaries(plt.gca())


def test_model_plots_its_costs_over_thousands_of_iterations(circles, shown):
    _, costs = model(
        circles.train_X,
        circles.train_Y,
        num_iterations=2001,
        print_cost=False,
        return_costs=True,
    )
    ax = plt.gca()
    (line,) = ax.get_lines()
    np.testing.assert_array_equal(line.get_xdata(), [0, 1, 2])
    np.testing.assert_array_equal(line.get_ydata(), costs)
    assert line.get_marker() == "o"
    assert ax.get_xlabel() == "iterations (thousands)"
    assert ax.get_ylabel() == "cost"
    assert ax.get_title() == "Learning rate =0.01"
    assert len(shown) == 1


def test_model_plots_nothing_when_told_so(circles, shown):
    model(circles.train_X, circles.train_Y, num_iterations=1, plot_cost=False)
    assert not plt.get_fignums()
    assert not shown


@pytest.mark.parametrize(("cost", "text"), [(np.inf, "inf"), (np.nan, "nan")])
def test_a_cost_that_is_not_finite_is_marked_at_the_edge(cost, text):
    _, (ax, other) = plt.subplots(1, 2)
    plot_costs([cost, 0.6, 0.5], ax, color="green", marker="s", label="a run")
    line, arrow = ax.get_lines()
    assert (line.get_marker(), line.get_label()) == ("s", "a run")
    np.testing.assert_array_equal(line.get_ydata()[1:], [0.6, 0.5])
    assert (arrow.get_marker(), arrow.get_color()) == ("^", "green")
    (note,) = ax.texts
    assert note.get_text().strip() == text
    ax.figure.canvas.draw()
    upper_edge = ax.transAxes.transform((0, 1))[1]
    at_0 = ax.transData.transform((0, 0))[0]
    for artist, at in ((arrow, arrow.get_xydata()[0]), (note, note.get_position())):
        np.testing.assert_allclose(artist.get_transform().transform(at), (at_0, upper_edge))
    assert not arrow.get_clip_on()
    assert ax.get_xlabel() == "iterations (thousands)"
    assert other.get_xlabel() == ""


def lightness(color):
    """Return how light a color looks in grayscale, 0 to 1 (Rec. 709 luma)."""
    return np.dot(to_rgb(color), (0.2126, 0.7152, 0.0722))


def test_the_classes_differ_in_marker_and_in_grayscale():
    red, blue = CLASSES
    assert red["marker"] != blue["marker"]
    assert abs(lightness(red["color"]) - lightness(blue["color"])) > 0.08
    assert abs(lightness(red["region"]) - lightness(blue["region"])) > 0.08
