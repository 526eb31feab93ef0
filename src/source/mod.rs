//! Where a release is read from: folder, bundle, image, device.
