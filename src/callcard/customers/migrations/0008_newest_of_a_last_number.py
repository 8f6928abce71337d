from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0007_what_lists_are_read_from"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="searchcode", name="customers_searchcode_ending"),
        migrations.AddIndex(
            model_name="searchcode",
            index=models.Index(
                fields=["ending", "id"], name="customers_searchcode_newest", opclasses=["text_pattern_ops", "int8_ops"]
            ),
        ),
    ]
