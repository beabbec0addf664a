"""TensorFlow's side of bench/engines/run.mjs: the same networks in Python, eager or as `tf.function`, also in mixed precision."""
import functools, json, os, resource, sys, time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf

mode, nets_file = sys.argv[1:3]
nets = json.load(open(nets_file))
K = tf.keras.layers
if mode.startswith("mixed_"):
    tf.keras.mixed_precision.set_global_policy(mode)
warming = 2


def build(net):
    x = inputs = tf.keras.Input(net["input"])
    known = {"input": x}
    for at, layer in enumerate(net["layers"]):
        kind, config = (layer, {}) if isinstance(layer, str) else next(iter(layer.items()))
        config = dict(config)
        name, source = config.pop("name", None), config.pop("from", None)
        if source is not None:
            x = [known[s] for s in source] if isinstance(source, list) else known[source]
        words = {"filters": "filters", "kernelSize": "kernel_size", "strides": "strides", "padding": "padding",
                 "useBias": "use_bias", "units": "units", "activation": "activation"}
        kwargs = {words[key]: value for key, value in config.items()}
        make = {"conv2d": K.Conv2D, "dense": K.Dense, "maxPooling2d": K.MaxPooling2D, "flatten": K.Flatten,
                "batchNormalization": K.BatchNormalization, "activation": K.Activation, "add": K.Add,
                "globalAveragePooling2d": K.GlobalAveragePooling2D, "depthwiseConv2d": K.DepthwiseConv2D,
                "lstm": K.LSTM, "gru": functools.partial(K.GRU, reset_after=False), "simpleRNN": K.SimpleRNN}[kind]
        if at == len(net["layers"]) - 1:
            # As Keras's guide to mixed precision has it: probabilities and the loss in float32.
            kwargs["dtype"] = "float32"
        x = make(**kwargs)(x)
        if name:
            known[name] = x
    return tf.keras.Model(inputs, x)


made = {}


def steps_of(name):
    if name not in made:
        model = build(nets[name])
        optimizer = tf.keras.optimizers.Adam(0.001)
        optimizer.build(model.trainable_variables)
        entropy = tf.keras.losses.SparseCategoricalCrossentropy()

        def train(x, y):
            with tf.GradientTape() as tape:
                output = model(x, training=True)
                loss = entropy(y, output)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            return loss, output

        def forward(x):
            return model(x, training=False)

        made[name] = (tf.function(train), tf.function(forward)) if mode != "eager" else (train, forward)
    return made[name]


def answer(said):
    print(json.dumps(said), flush=True)


answer({"ready": tf.__version__})
for line in sys.stdin:
    asked = json.loads(line)
    try:
        train, forward = steps_of(asked["net"])
        generator = np.random.default_rng(2)
        x = generator.random([asked["batch"], *nets[asked["net"]]["input"]], dtype=np.float32)
        y = generator.integers(0, 10, asked["batch"]).astype(np.int64)
        times = []
        for _ in range(warming + asked["count"]):
            began = time.perf_counter()
            fed = tf.constant(x)
            if asked["what"] == "train":
                loss, output = train(fed, tf.constant(y))
                loss.numpy(), output.numpy()
            else:
                forward(fed).numpy()
            times.append((time.perf_counter() - began) * 1000)
        answer({"ms": times[warming:], "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})
    except Exception as error:  # said, not thrown: the other networks go on
        answer({"error": str(error)})
